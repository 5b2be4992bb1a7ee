// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_STORE_POWER_CUTS_H_
#define ZEROTOUCH_TEST_STORE_POWER_CUTS_H_

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace zerotouch::store {

// While it lives, SQLite files that are opened are on a disk of which it knows what has
// been synced. It can tell what the disk would have after a power cut at any sync.
class PowerCuts {
 public:
  // The state of a file on the disk: its content that was synced, and writes since then, of
  // which the disk may keep any.
  struct File {
    std::string synced;
    std::vector<std::pair<int64_t, std::string>> unsynced;  // offsets and bytes
  };
  // By the end of the file's name: "" is the registry.
  using Disk = std::map<std::string, File>;

  PowerCuts() {
    base_ = sqlite3_vfs_find(nullptr);
    vfs_ = *base_;
    vfs_.zName = "power-cuts";
    vfs_.xOpen = Open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~PowerCuts() {
    sqlite3_vfs_register(base_, 1);
    sqlite3_vfs_unregister(&vfs_);
    const std::lock_guard lock(mutex_);
    disk_.clear();
    cuts_.clear();
    files_.clear();
    recording_ = false;
  }
  PowerCuts(const PowerCuts&) = delete;
  PowerCuts& operator=(const PowerCuts&) = delete;

  // Keeps what the disk has before each sync from now on.
  static void Record() {
    const std::lock_guard lock(mutex_);
    recording_ = true;
  }
  // Returns how many syncs were recorded.
  static size_t count() {
    const std::lock_guard lock(mutex_);
    return cuts_.size();
  }
  // Ends the recording, and returns what the disk had before each sync, and has now.
  static std::vector<Disk> Finish() {
    const std::lock_guard lock(mutex_);
    recording_ = false;
    cuts_.push_back(disk_);
    return std::move(cuts_);
  }

  // Writes the files of `disk` under `path`. Keeps each unsynced write with `chance`.
  static void Restore(const Disk& disk, const std::string& path, double chance,
                      std::mt19937& random) {
    std::bernoulli_distribution keeps(chance);
    for (const auto& [suffix, file] : disk) {
      if (suffix == "-journal") continue;
      std::string bytes = file.synced;
      for (const auto& [offset, written] : file.unsynced) {
        if (!keeps(random)) continue;
        // A sector is written as a whole, a page perhaps not.
        const size_t sectors = (written.size() + 511) / 512;
        const size_t kept = keeps(random) ? written.size() : 512 * (random() % (sectors + 1));
        Apply(offset, written.substr(0, kept), bytes);
      }
      std::ofstream(path + suffix, std::ios::binary) << bytes;
    }
  }

 private:
  static std::string ContentOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  static void Apply(int64_t offset, const std::string& written, std::string& bytes) {
    const auto begin = static_cast<size_t>(offset);
    if (bytes.size() < begin + written.size()) bytes.resize(begin + written.size());
    std::copy(written.begin(), written.end(), bytes.begin() + offset);
  }

  static int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    const int code = base_->xOpen(base_, name, file, flags, out);
    if (code != SQLITE_OK || file->pMethods == nullptr || name == nullptr) return code;
    const std::lock_guard lock(mutex_);
    const std::string text = name;
    for (const std::string suffix : {"-wal", "-journal", ""}) {
      if (!text.ends_with(suffix)) continue;
      files_[file] = suffix;
      if (!disk_.contains(suffix)) disk_[suffix].synced = ContentOf(text);
      break;
    }
    // Journals have other methods than the registry; these are the same for both.
    real_ = *file->pMethods;
    sqlite3_io_methods& methods = methods_[file->pMethods];
    methods = real_;
    methods.xWrite = Write;
    methods.xTruncate = Truncate;
    methods.xSync = Sync;
    file->pMethods = &methods;
    return code;
  }

  static int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    {
      const std::lock_guard lock(mutex_);
      disk_[files_.at(file)].unsynced.emplace_back(
          offset, std::string(static_cast<const char*>(data), static_cast<size_t>(size)));
    }
    return real_.xWrite(file, data, size, offset);
  }
  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    {
      const std::lock_guard lock(mutex_);
      File& on_disk = disk_[files_.at(file)];
      // As if the directory were synced too.
      for (const auto& [offset, written] : on_disk.unsynced) {
        Apply(offset, written, on_disk.synced);
      }
      on_disk.unsynced.clear();
      on_disk.synced.resize(static_cast<size_t>(size));
    }
    return real_.xTruncate(file, size);
  }
  static int Sync(sqlite3_file* file, int flags) {
    {
      const std::lock_guard lock(mutex_);
      if (recording_) cuts_.push_back(disk_);
      File& on_disk = disk_[files_.at(file)];
      for (const auto& [offset, written] : on_disk.unsynced) {
        Apply(offset, written, on_disk.synced);
      }
      on_disk.unsynced.clear();
    }
    return real_.xSync(file, flags);
  }

  static inline sqlite3_vfs* base_ = nullptr;
  static inline sqlite3_io_methods real_;  // its xWrite, xTruncate and xSync
  static inline std::map<const sqlite3_io_methods*, sqlite3_io_methods> methods_;
  static inline std::mutex mutex_;
  static inline std::map<sqlite3_file*, std::string> files_;
  static inline Disk disk_;
  static inline std::vector<Disk> cuts_;
  static inline bool recording_ = false;
  sqlite3_vfs vfs_;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_TEST_STORE_POWER_CUTS_H_
