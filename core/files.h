// Reading and writing whole files, with every call checked.
//
// Errors are Error with a sentence that begins with the path and ends with the system's reason:
//   no_input (66)       missing, a directory, not a regular file
//   no_permission (77)  may not be read or written
//   cannot_create (73)  output that can't be created
//   io (74)             reading or writing failed; a full disk is called by its name
// Files are read into own memory, never mapped: a file that shrinks is an error, not a signal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/hash.h"

namespace reprise {

// The most that one call reads unless told otherwise.
inline constexpr uint64_t kMaxReadBytes = uint64_t{1} << 32;

// Whether a symbolic link may stand in place of the file. Files named inside other files refuse.
enum class Links { follow, refuse };

// Owns a descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { close(); }

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  int release();
  bool close();  // false, and errno, when the system reports a failure

 private:
  int fd_ = -1;
};

// A regular file open for reading.
class InputFile {
 public:
  explicit InputFile(std::string path, Links links = Links::follow);

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }  // bytes, when it was opened
  // Fills `to` with the bytes from `offset` on. Throws Error (io) when the file ends before.
  void read(uint64_t offset, std::span<std::byte> to) const;

 private:
  std::string path_;
  FileDescriptor fd_;
  uint64_t size_ = 0;
};

// The whole file. Throws DataError when it has more than `max_bytes`.
std::string read_file(const std::string& path, uint64_t max_bytes = kMaxReadBytes);
// `bytes` bytes from `offset` on; all of them must be there.
std::string read_range(const std::string& path, uint64_t offset, uint64_t bytes);
// The whole file, unpacked if it is gzip (known by its first two bytes, which no text has).
// `max_bytes` bounds the result; damaged gzip data is a DataError.
std::string read_text(const std::string& path, uint64_t max_bytes = kMaxReadBytes);

// What was written, or found.
struct FileStamp {
  uint64_t bytes = 0;
  std::string hash;  // XXH3-128 in hexadecimal
  bool operator==(const FileStamp&) const = default;
};
FileStamp stamp_of(const InputFile& file);
std::string hash_file(const std::string& path);

// A new file, hashed while it is written. It counts as written only after `finish`.
class OutputFile {
 public:
  explicit OutputFile(std::string path);  // throws Error (cannot_create) if it exists

  const std::string& path() const { return path_; }
  // Asks for disk space ahead, so that a full disk is found before the first byte is written.
  void reserve(uint64_t bytes);
  void write(std::span<const std::byte> bytes);
  void write(std::string_view bytes) { write(std::as_bytes(std::span(bytes))); }
  // Waits until everything is on the disk (fsync) and closes.
  FileStamp finish();

 private:
  std::string path_;
  FileDescriptor fd_;
  Hasher hasher_;
  uint64_t bytes_ = 0;
};

// Adds one file to a folder in the making, such as DirectoryCommit::add.
using AddFile =
    std::function<void(const std::string& name, const std::function<void(OutputFile&)>& fill)>;

// Writes `path` so that a crash at any time leaves the old content or the new: a temporary file
// beside it, fsync, rename, fsync of the directory. A symbolic link stays, its target is replaced.
FileStamp write_file(const std::string& path, std::string_view bytes);
FileStamp write_file(const std::string& path, const std::function<void(OutputFile&)>& fill);

// Makes the names in a directory (files created, renamed, removed) last through a power cut.
void sync_directory(const std::string& path);

std::string parent_directory(const std::string& path);  // "." for a bare name

// The sentence's classification of errno; `doing` is the verb, as in "can't be read".
[[noreturn]] void throw_input_error(const std::string& path, int error);
[[noreturn]] void throw_output_error(const std::string& path, int error, std::string_view doing);

}  // namespace reprise
