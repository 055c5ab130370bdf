#include "core/commit_directory.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "core/printable.h"
#include "core/system_calls.h"

namespace reprise {

namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxManifestBytes = uint64_t{1} << 24;

std::string in(const std::string& directory, std::string_view name) {
  return fmt::format("{}/{}", directory, name);
}

// The entries of a directory, sorted; nothing when it can't be listed.
std::vector<std::string> entries_of(const std::string& path, std::error_code& error) {
  std::vector<std::string> names;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Removes a directory and the files in it. Never descends into directories or follows links, so
// that nothing but what we wrote can go.
bool remove_flat(const std::string& path) {
  std::error_code error;
  for (const std::string& name : entries_of(path, error)) {
    system_calls().unlink(in(path, name).c_str());
  }
  return system_calls().rmdir(path.c_str()) == 0;
}

// Makes two directories swap names. Where the file system can't do it atomically (NFS) it takes
// three renames, and a crash between them leaves nothing under the name `b`: older directories
// remain.
bool swap_names(const std::string& a, const std::string& b) {
  const SystemCalls& calls = system_calls();
  if (calls.exchange(a.c_str(), b.c_str()) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  const std::string aside = a + "-aside";
  if (calls.rename(b.c_str(), aside.c_str()) != 0) return false;
  if (calls.rename(a.c_str(), b.c_str()) != 0) {
    const int error = errno;
    calls.rename(aside.c_str(), b.c_str());
    errno = error;
    return false;
  }
  calls.rename(aside.c_str(), a.c_str());  // if not, it is a leftover as well under this name
  return true;
}

struct Numbered {
  int64_t number;
  std::string name;
};

// The directories <prefix><digits>, highest number first.
std::vector<Numbered> numbered_directories(const std::string& parent, std::string_view prefix) {
  std::vector<Numbered> found;
  std::error_code error;
  for (const std::string& name : entries_of(parent, error)) {
    if (!name.starts_with(prefix)) continue;
    const char* end = name.data() + name.size();
    const char* digits = name.data() + prefix.size();
    int64_t number = 0;
    const auto parsed = std::from_chars(digits, end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end || *digits == '-') continue;
    if (fs::is_directory(fs::symlink_status(in(parent, name), error))) {
      found.push_back({number, name});
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Numbered& a, const Numbered& b) { return a.number > b.number; });
  return found;
}

// Opens a file of a committed directory; what isn't a plain readable file is damage.
InputFile open_member(const std::string& path) {
  try {
    return InputFile(path, Links::refuse);
  } catch (const Error& error) {
    if (error.code() != ExitCode::no_input) throw;
    throw Error(ExitCode::corrupt, "{}", error.what());
  }
}

void verify_file(const std::string& path, const FileStamp& expected, Check check) {
  const InputFile file = open_member(path);
  if (file.size() != expected.bytes) {
    throw Error(ExitCode::corrupt, "{}: has {} bytes, the manifest says {}", printable(path, 4096),
                file.size(), expected.bytes);
  }
  if (check == Check::hashes && stamp_of(file) != expected) {
    throw Error(ExitCode::corrupt, "{}: its content differs from the manifest's hash",
                printable(path, 4096));
  }
}

Manifest read_manifest_file(const std::string& path) {
  const InputFile file = open_member(path);
  if (file.size() > kMaxManifestBytes) {
    throw Error(ExitCode::corrupt, "{}: too large for a manifest", printable(path, 4096));
  }
  std::string text(file.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(text)));
  return parse_manifest(text, path);
}

}  // namespace

DirectoryCommit::DirectoryCommit(std::string parent, std::string name)
    : parent_(std::move(parent)), target_(in(parent_, name)) {
  if (!is_bare_name(name)) {
    throw UsageError("commit: \"{}\" can't be a directory's name", printable(name));
  }
  temporary_ = in(parent_, fmt::format(".tmp-{}-{}", name, ::getpid()));
  manifest_.name = std::move(name);
  // Left by a process that had our number and crashed: nobody else writes to this name.
  remove_flat(temporary_);
  if (system_calls().mkdir(temporary_.c_str(), 0777) != 0) {
    throw_output_error(temporary_, errno, "created");
  }
}

DirectoryCommit::~DirectoryCommit() {
  if (!temporary_.empty()) remove_flat(temporary_);
}

void DirectoryCommit::add(const std::string& name, const std::function<void(OutputFile&)>& fill) {
  if (!is_bare_name(name)) {
    throw UsageError("commit: \"{}\" can't be a file's name", printable(name));
  }
  OutputFile out(in(temporary_, name));  // a second file of the name fails here
  fill(out);
  manifest_.files[name] = out.finish();
}

void DirectoryCommit::add(const std::string& name, std::string_view content) {
  add(name, [&](OutputFile& out) { out.write(content); });
}

// See Note [Commit protocol].
Manifest DirectoryCommit::commit(std::string_view fields) {
  manifest_.fields = fields;
  OutputFile out(in(temporary_, kManifestName));
  out.write(to_json(manifest_));
  out.finish();
  sync_directory(temporary_);
  move_into_place();
  try {
    sync_directory(parent_);
    read_back();
  } catch (...) {
    put_back();
    throw;
  }
  remove_flat(temporary_);  // what was replaced, if anything
  temporary_.clear();
  return manifest_;
}

// Leaves in `manifest_` what is on the disk.
void DirectoryCommit::read_back() {
  try {
    manifest_ = verify_directory(target_);
  } catch (const Error& error) {
    if (error.code() != ExitCode::corrupt) throw;
    throw Error(ExitCode::io, "{}; it was written a moment ago: the disk or the memory is faulty",
                error.what());
  }
}

void DirectoryCommit::move_into_place() {
  if (system_calls().rename(temporary_.c_str(), target_.c_str()) == 0) return;
  if (errno != ENOTEMPTY && errno != EEXIST) throw_output_error(target_, errno, "created");
  if (!swap_names(temporary_, target_)) {
    throw_output_error(target_, errno, "replaced");
  }
  replaced_ = true;
}

// Takes the new directory out of its place again, so that the destructor removes it.
void DirectoryCommit::put_back() {
  if (replaced_) {
    // If even this fails, the new directory stays: the one before must not be removed with it.
    if (!swap_names(temporary_, target_)) temporary_.clear();
  } else {
    system_calls().rename(target_.c_str(), temporary_.c_str());
  }
}

Manifest verify_directory(const std::string& path, Check check) {
  std::error_code error;
  const std::vector<std::string> names = entries_of(path, error);
  if (error) throw_input_error(path, error.value());
  Manifest manifest = read_manifest_file(in(path, kManifestName));
  for (const auto& [name, stamp] : manifest.files) {
    if (!std::binary_search(names.begin(), names.end(), name)) {
      throw Error(ExitCode::corrupt, "{}: is missing", printable(in(path, name), 4096));
    }
    verify_file(in(path, name), stamp, check);
  }
  for (const std::string& name : names) {
    if (name != kManifestName && !manifest.files.contains(name)) {
      throw Error(ExitCode::corrupt, "{}: doesn't belong here, the manifest doesn't list it",
                  printable(in(path, name), 4096));
    }
  }
  return manifest;
}

NewestValid newest_valid(const std::string& parent, std::string_view prefix) {
  NewestValid result;
  for (const Numbered& candidate : numbered_directories(parent, prefix)) {
    const std::string path = in(parent, candidate.name);
    try {
      Manifest manifest = verify_directory(path);
      if (manifest.name != candidate.name) {
        throw Error(ExitCode::corrupt, "{}: was committed under the name \"{}\"",
                    printable(path, 4096), printable(manifest.name));
      }
      result.found = VerifiedDirectory{path, candidate.number, std::move(manifest)};
      return result;
    } catch (const Error& error) {
      result.skipped.push_back({path, error.what()});
    }
  }
  return result;
}

std::vector<std::string> prune_directories(const std::string& parent, std::string_view prefix,
                                           int keep, const std::function<bool(int64_t)>& spare) {
  if (keep < 1) throw UsageError("prune: at least one directory must be kept, not {}", keep);
  std::vector<std::string> removed;
  int valid = 0;
  for (const Numbered& candidate : numbered_directories(parent, prefix)) {
    const std::string path = in(parent, candidate.name);
    if (valid < keep) {
      try {
        verify_directory(path, Check::sizes);
        ++valid;
      } catch (const Error&) {
        // Damaged ones don't count as kept, and stay as evidence until they are old.
      }
      continue;
    }
    if (spare && spare(candidate.number)) continue;
    // Out of sight in one step: a removal that is cut short must not look like a damaged
    // checkpoint.
    const std::string doomed = in(parent, fmt::format(".tmp-{}-{}", candidate.name, ::getpid()));
    if (system_calls().rename(path.c_str(), doomed.c_str()) != 0) continue;
    if (remove_flat(doomed)) removed.push_back(path);
  }
  return removed;
}

int remove_leftovers(const std::string& parent) {
  int removed = 0;
  std::error_code error;
  for (const std::string& name : entries_of(parent, error)) {
    if (!name.starts_with(".tmp-")) continue;
    const std::string path = in(parent, name);
    const bool directory = fs::is_directory(fs::symlink_status(path, error));
    removed += directory ? remove_flat(path) : system_calls().unlink(path.c_str()) == 0;
  }
  return removed;
}

}  // namespace reprise
