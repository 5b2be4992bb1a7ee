// SPDX-License-Identifier: Apache-2.0
// Runs the corpora of the fuzz targets of the HTTP engine, which also holds the inputs
// that they once found.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz/engine.h"

namespace zerotouch::http::fuzz {
namespace {

// Calls `run` with each file of a corpus. Expects more than a few.
template <class Function>
void ForEachInput(const std::string& corpus, Function run) {
  int inputs = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(ZEROTOUCH_FUZZ_CORPUS) + "/" + corpus)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    for (size_t piece = 0; piece < 3; ++piece) {
      std::string cut = input;
      if (piece > 0) cut[0] = static_cast<char>(piece);
      run(cut);
    }
    ++inputs;
  }
  EXPECT_GT(inputs, 10);
}

TEST(HttpCorpus, Http1_EndsWell) { ForEachInput("http1", FuzzHttp1); }

TEST(HttpCorpus, Http2_EndsWell) { ForEachInput("http2", FuzzHttp2); }

// The harness reaches the handler.
TEST(HttpCorpus, Requests_AreAnswered) {
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_NE(ExchangeInput("", '\x07' + get).find("200 OK"), std::string::npos);
  const std::string post = "POST /s HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
  EXPECT_NE(ExchangeInput("", '\x00' + post).find("body"), std::string::npos);
}

}  // namespace
}  // namespace zerotouch::http::fuzz
