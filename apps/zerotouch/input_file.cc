// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/input_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace zerotouch::cli {

absl::StatusOr<std::string> ReadInputFile(const std::string& path) {
  const auto cannot_read = [&] {
    return absl::InvalidArgumentError(fmt::format(
        "cannot read {}: {}", path == "-" ? "standard input" : path, std::strerror(errno)));
  };
  const std::unique_ptr<FILE, int (*)(FILE*)> file(
      path == "-" ? fdopen(dup(STDIN_FILENO), "rb") : std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) return cannot_read();
  std::string text;
  constexpr size_t kReadBytes = size_t{1} << 20;
  for (size_t got = kReadBytes; got == kReadBytes;) {
    const size_t before = text.size();
    text.resize(before + kReadBytes);
    got = std::fread(text.data() + before, 1, kReadBytes, file.get());
    text.resize(before + got);
  }
  if (std::ferror(file.get()) != 0) return cannot_read();
  return text;
}

}  // namespace zerotouch::cli
