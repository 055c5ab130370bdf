// The folders know each other along the edges that the README draws, and no others; the libraries of
// matrix products, of JSON and of SentencePiece stay in the folder that wraps them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"core", {"core"}},
    {"autograd", {"autograd", "core"}},
    {"layers", {"layers", "autograd", "core"}},
    {"optim", {"optim", "autograd", "core"}},
    {"data", {"data", "core"}},
    {"tools", {"tools", "layers", "optim", "data", "autograd", "core"}},
};

// Calls check(file relative to the sources, included name) for every #include below `folder`.
template <class Check>
void for_each_include(const std::string& folder, const Check& check) {
  const fs::path root = REPRISE_SOURCE_DIR;
  const std::regex include(R"re(^\s*#\s*include\s+["<]([^">]+)[">])re");
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    const std::string extension = entry.path().extension();
    if (extension != ".h" && extension != ".cpp") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      std::smatch match;
      if (std::regex_search(line, match, include)) {
        check(fs::relative(entry.path(), root).string(), match[1].str());
      }
    }
  }
}

TEST(Includes, FollowTheEdgesBetweenFolders) {
  int edges = 0;
  for (const auto& [folder, allowed] : kMayInclude) {
    for_each_include(folder, [&](const std::string& file, const std::string& name) {
      const std::string target = name.substr(0, name.find('/'));
      if (!kMayInclude.contains(target)) return;
      ++edges;
      EXPECT_TRUE(allowed.contains(target)) << file << " includes " << name;
    });
  }
  EXPECT_GT(edges, 200);  // the test reads what it thinks it reads
}

TEST(Includes, KeepLibrariesBehindTheirWrappers) {
  const std::map<std::string, std::string> wrapped = {{"cblas", "core/kernels/"},
                                                      {"dnnl", "core/kernels/"},
                                                      {"omp.h", "core/kernels/"},
                                                      {"nlohmann/", "core/"},
                                                      {"sentencepiece_", "data/"}};
  std::set<std::string> found;
  for (const auto& [folder, allowed] : kMayInclude) {
    for_each_include(folder, [&](const std::string& file, const std::string& name) {
      for (const auto& [library, place] : wrapped) {
        if (!name.starts_with(library)) continue;
        found.insert(library);
        EXPECT_TRUE(file.starts_with(place)) << file << " includes " << name;
      }
    });
  }
  EXPECT_EQ(found.size(), wrapped.size());
}

}  // namespace
