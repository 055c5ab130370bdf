// Directories that are there completely or not at all: checkpoints.
//
// Note [Commit protocol]
// A directory is built as `.tmp-<name>-<pid>`: every file is written, hashed on the way and synced;
// then manifest.json with the size and hash of each; then the directory is synced, renamed to its
// name, the parent is synced, and everything is read back against the manifest. A crash or power
// cut at any point leaves either no directory of that name (or the one before) or a complete one.
// What is read is never chosen by name alone: it is the newest directory that verifies.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/files.h"
#include "core/manifest.h"

namespace reprise {

// One directory on its way. Files are flat and have bare names.
class DirectoryCommit {
 public:
  // Makes the temporary directory in `parent`, which must exist.
  DirectoryCommit(std::string parent, std::string name);
  DirectoryCommit(const DirectoryCommit&) = delete;
  DirectoryCommit& operator=(const DirectoryCommit&) = delete;
  ~DirectoryCommit();  // removes what was not committed

  // Writes and syncs one file. Each name once; `fill` writes the content.
  void add(const std::string& name, const std::function<void(OutputFile&)>& fill);
  void add(const std::string& name, std::string_view content);

  // Makes the directory permanent under its name and verifies it. `fields` is a JSON object that
  // goes into the manifest (step, hash of the configuration, …). An older directory of the name is
  // replaced in one atomic step and removed. On failure, throws and leaves what was there before.
  Manifest commit(std::string_view fields = "{}");

 private:
  void move_into_place();
  void read_back();
  void put_back();

  std::string parent_;
  std::string target_;
  std::string temporary_;
  Manifest manifest_;
  bool replaced_ = false;  // `temporary_` now holds the directory that was there before
};

enum class Check { hashes, sizes };  // sizes: what is there and how long, without reading it

// The manifest of a directory whose files are exactly those the manifest lists. Otherwise throws
// Error (corrupt) saying which file is wrong and how; no_input when there is no directory.
Manifest verify_directory(const std::string& path, Check check = Check::hashes);

struct VerifiedDirectory {
  std::string path;
  int64_t number;
  Manifest manifest;
};
struct SkippedDirectory {
  std::string path;
  std::string reason;
};
struct NewestValid {
  std::optional<VerifiedDirectory> found;
  std::vector<SkippedDirectory> skipped;  // newer ones that don't verify, newest first
};
// Among the directories `<parent>/<prefix><digits>`, the one with the highest number that verifies.
NewestValid newest_valid(const std::string& parent, std::string_view prefix);

// Removes the numbered directories older than the `keep` newest that have all their files (by size:
// their content was verified when they were committed), except those that `spare` wants. Call it
// after a commit. Returns the removed paths. A failure to remove is not an error: the next call
// tries again.
std::vector<std::string> prune_directories(const std::string& parent, std::string_view prefix,
                                           int keep,
                                           const std::function<bool(int64_t)>& spare = {});

// Removes what a crash left as `.tmp-*`. Only for the holder of the run's lock: nobody else may be
// writing there. Returns how many it removed.
int remove_leftovers(const std::string& parent);

}  // namespace reprise
