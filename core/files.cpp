#include "core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/printable.h"
#include "core/system_calls.h"

namespace reprise {

namespace {

namespace fs = std::filesystem;

constexpr size_t kBlock = size_t{1} << 20;  // of a file that is read in pieces

std::string reason(int error) { return std::generic_category().message(error); }

// Repeats `call` while a signal interrupts it.
template <class Call>
auto retry(const Call& call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

int open_checked(const std::string& path, int flags, mode_t mode = 0) {
  if (path.find('\0') != std::string::npos) return errno = EINVAL, -1;
  return retry([&] { return system_calls().open(path.c_str(), flags | O_CLOEXEC, mode); });
}

}  // namespace

void throw_input_error(const std::string& path, int error) {
  const bool denied = error == EACCES || error == EPERM;
  const bool broken = error == EIO || error == EMFILE || error == ENFILE || error == ENOMEM;
  throw Error(denied   ? ExitCode::no_permission
              : broken ? ExitCode::io
                       : ExitCode::no_input,
              "{}: can't be read: {}", printable(path, 4096), reason(error));
}

void throw_output_error(const std::string& path, int error, std::string_view doing) {
  const std::string name = printable(path, 4096);
  if (error == ENOSPC) throw Error(ExitCode::io, "{}: can't be {}: the disk is full", name, doing);
  if (error == EDQUOT) {
    throw Error(ExitCode::io, "{}: can't be {}: your disk quota is used up", name, doing);
  }
  const bool denied = error == EACCES || error == EPERM;
  throw Error(denied               ? ExitCode::no_permission
              : doing == "created" ? ExitCode::cannot_create
                                   : ExitCode::io,
              "{}: can't be {}: {}", name, doing, reason(error));
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.release();
  }
  return *this;
}

int FileDescriptor::release() { return std::exchange(fd_, -1); }

bool FileDescriptor::close() {
  if (fd_ < 0) return true;
  // Linux frees the descriptor even when a signal interrupts close: it must not be closed again.
  return system_calls().close(release()) == 0 || errno == EINTR;
}

InputFile::InputFile(std::string path, Links links) : path_(std::move(path)) {
  // Without O_NONBLOCK a FIFO in place of the file would wait for a writer here.
  const int nofollow = links == Links::refuse ? O_NOFOLLOW : 0;
  fd_ = FileDescriptor(open_checked(path_, O_RDONLY | O_NONBLOCK | O_NOCTTY | nofollow));
  if (!fd_.open()) {
    if (links == Links::refuse && errno == ELOOP) {
      throw Error(ExitCode::no_input, "{}: is a symbolic link, which is not followed here",
                  printable(path_, 4096));
    }
    throw_input_error(path_, errno);
  }
  struct stat status {};
  if (system_calls().fstat(fd_.get(), &status) != 0) throw_input_error(path_, errno);
  if (S_ISDIR(status.st_mode)) throw_input_error(path_, EISDIR);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ExitCode::no_input, "{}: is not a regular file", printable(path_, 4096));
  }
  size_ = static_cast<uint64_t>(status.st_size);
}

void InputFile::read(uint64_t offset, std::span<std::byte> to) const {
  for (size_t done = 0; done < to.size();) {
    const ssize_t got = retry([&] {
      return system_calls().pread(fd_.get(), to.data() + done, to.size() - done,
                                  static_cast<off_t>(offset + done));
    });
    if (got < 0) {
      throw Error(ExitCode::io, "{}: reading failed at byte {}: {}", printable(path_, 4096),
                  offset + done, reason(errno));
    }
    if (got == 0) {
      throw Error(ExitCode::io, "{}: ends at byte {}, {} more were expected",
                  printable(path_, 4096), offset + done, to.size() - done);
    }
    done += static_cast<size_t>(got);
  }
}

std::string read_file(const std::string& path, uint64_t max_bytes) {
  const InputFile file(path);
  if (file.size() > max_bytes) {
    throw DataError("{}: has {} bytes, more than the {} that are read", printable(path, 4096),
                    file.size(), max_bytes);
  }
  std::string content(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(content)));
  return content;
}

std::string read_range(const std::string& path, uint64_t offset, uint64_t bytes) {
  const InputFile file(path);
  if (offset > file.size() || bytes > file.size() - offset) {
    throw DataError("{}: has {} bytes, so none at [{}, {} + {})", printable(path, 4096),
                    file.size(), offset, offset, bytes);
  }
  std::string content(bytes, '\0');
  file.read(offset, std::as_writable_bytes(std::span(content)));
  return content;
}

FileStamp stamp_of(const InputFile& file) {
  Hasher hasher;
  std::vector<std::byte> block(std::min<uint64_t>(kBlock, file.size()));
  for (uint64_t at = 0; at < file.size(); at += block.size()) {
    const auto part = std::span(block).first(std::min<uint64_t>(block.size(), file.size() - at));
    file.read(at, part);
    hasher.update(part);
  }
  return {file.size(), hasher.hex()};
}

std::string hash_file(const std::string& path) { return stamp_of(InputFile(path)).hash; }

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  fd_ = FileDescriptor(open_checked(path_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666));
  if (!fd_.open()) throw_output_error(path_, errno, "created");
}

void OutputFile::reserve(uint64_t bytes) {
  if (bytes == 0) return;
  const int status =
      retry([&] { return system_calls().reserve(fd_.get(), static_cast<off_t>(bytes)); });
  // Not every file system can do it; writing then finds out.
  if (status != 0 && errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL) {
    throw_output_error(path_, errno, "written");
  }
}

void OutputFile::write(std::span<const std::byte> bytes) {
  hasher_.update(bytes);
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t put =
        retry([&] { return system_calls().write(fd_.get(), bytes.data(), bytes.size()); });
    if (put < 0) throw_output_error(path_, errno, "written");
    if (put == 0) throw_output_error(path_, EIO, "written");
    bytes = bytes.subspan(static_cast<size_t>(put));
  }
}

FileStamp OutputFile::finish() {
  if (retry([&] { return system_calls().fsync(fd_.get()); }) != 0) {
    throw_output_error(path_, errno, "written");
  }
  if (!fd_.close()) throw_output_error(path_, errno, "written");
  return {bytes_, hasher_.hex()};
}

std::string parent_directory(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

void sync_directory(const std::string& path) {
  FileDescriptor fd(open_checked(path, O_RDONLY | O_DIRECTORY));
  if (!fd.open()) throw_output_error(path, errno, "written");
  // EINVAL: a file system that has no such thing as syncing a directory.
  if (retry([&] { return system_calls().fsync(fd.get()); }) != 0 && errno != EINVAL) {
    throw_output_error(path, errno, "written");
  }
}

FileStamp write_file(const std::string& path, const std::function<void(OutputFile&)>& fill) {
  std::error_code ignored;
  fs::path target = path;
  if (fs::is_symlink(target, ignored)) target = fs::weakly_canonical(target, ignored);
  const fs::file_status status = fs::status(target, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw Error(ExitCode::cannot_create, "{}: can't be written: it is not a regular file",
                printable(path, 4096));
  }
  const fs::path temporary =
      target.parent_path() / fmt::format(".tmp-{}-{}", target.filename().string(), ::gettid());
  // Left by a process that had our number and crashed: nobody else writes to this name.
  system_calls().unlink(temporary.c_str());
  try {
    OutputFile out(temporary.string());
    fill(out);
    FileStamp stamp = out.finish();
    if (system_calls().rename(temporary.c_str(), target.c_str()) != 0) {
      throw_output_error(path, errno, "created");
    }
    sync_directory(parent_directory(target.string()));
    return stamp;
  } catch (...) {
    system_calls().unlink(temporary.c_str());
    throw;
  }
}

FileStamp write_file(const std::string& path, std::string_view bytes) {
  return write_file(path, [&](OutputFile& out) { out.write(bytes); });
}

}  // namespace reprise
