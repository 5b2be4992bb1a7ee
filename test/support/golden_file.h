// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_GOLDEN_FILE_H_
#define ZEROTOUCH_TEST_SUPPORT_GOLDEN_FILE_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace zerotouch::test {

// Expects that the golden file at `path` contains `text`. With
// ZEROTOUCH_UPDATE_GOLDEN=1 in the environment, writes it there instead: review
// the difference before you commit it.
inline void ExpectGolden(const std::string& path, const std::string& text) {
  const char* const update = std::getenv("ZEROTOUCH_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream file(path, std::ios::binary);
    file << text;
    ASSERT_TRUE(file.flush().good()) << path;
    return;
  }
  const std::ifstream file(path, std::ios::binary);
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << "differs from " << path
                                << "; if it should, run this with ZEROTOUCH_UPDATE_GOLDEN=1";
}

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_GOLDEN_FILE_H_
