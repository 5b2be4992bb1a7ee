// SPDX-License-Identifier: Apache-2.0
#include "bench/batch_client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "absl/time/clock.h"
#include "bench/statistics.h"

namespace zerotouch::bench {
namespace {

// Returns the number behind `name` in a file of /proc.
double NumberIn(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::string word;
  while (file >> word) {
    if (word != name + ":") continue;
    double number = 0;
    file >> number;
    return number;
  }
  return 0;
}

struct Upload {
  const std::string& body;
  size_t sent = 0;
  SteadyClock::time_point first_byte, last_byte;

  static size_t Read(char* out, size_t size, size_t count, void* self) {
    auto& upload = *static_cast<Upload*>(self);
    if (upload.sent == 0) upload.first_byte = SteadyClock::now();
    const size_t bytes = std::min(size * count, upload.body.size() - upload.sent);
    std::copy_n(upload.body.data() + upload.sent, bytes, out);
    upload.sent += bytes;
    if (upload.sent == upload.body.size()) upload.last_byte = SteadyClock::now();
    // A client on its own machine would not slow the reader down.
    sched_yield();
    return bytes;
  }
};

size_t AppendTo(char* data, size_t size, size_t count, void* text) {
  static_cast<std::string*>(text)->append(data, size * count);
  return size * count;
}

// Sends the batch and returns the operation's name.
std::string Send(const std::string& url, const std::string& token, Upload& upload, Batch& batch) {
  CURL* curl = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Expect:");
  headers = curl_slist_append(headers, ("Authorization: Bearer " + token).c_str());
  std::string answer;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(upload.body.size()));
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, Upload::Read);
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, AppendTo);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  const CURLcode code = curl_easy_perform(curl);
  batch.answer_ms = MillisecondsSince(upload.last_byte);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  std::string name = test::FieldIn(answer, "name");
  if (code != CURLE_OK || name.empty()) {
    fmt::print(stderr, "{}: {} {}\n", url, curl_easy_strerror(code), answer);
    std::exit(1);
  }
  return name;
}

}  // namespace

double MemoryMib(pid_t pid, const std::string& line) {
  return NumberIn(fmt::format("/proc/{}/status", pid), line) / 1024;
}

double BytesWritten(pid_t pid) { return NumberIn(fmt::format("/proc/{}/io", pid), "wchar"); }

Batch RunBatch(const std::string& endpoint, const std::string& path, const std::string& body,
               test::ApiCaller& caller, int64_t items) {
  Batch batch;
  Upload upload{.body = body, .first_byte = {}, .last_byte = {}};
  const std::string name = Send(endpoint + path, caller.token(), upload, batch);
  batch.operation = "/v1/" + name + "?prettyPrint=false";
  const std::string progress = batch.operation + "&fields=done,response(successCount)";
  while (true) {
    const SteadyClock::time_point asked = SteadyClock::now();
    const test::Answer answer = caller.Get(progress);
    if (answer.body.find("\"done\":true") != std::string::npos) {
      batch.done_ms = MillisecondsBetween(upload.first_byte, asked);
      if (answer.body.find(fmt::format("\"successCount\":{}", items)) == std::string::npos) {
        fmt::print(stderr, "some items failed: {}\n", answer.body);
        std::exit(1);
      }
      return batch;
    }
    // Each poll uses a millisecond of the two processors, which the bare program has
    // alone; the time until the next poll counts as the server's.
    absl::SleepFor(absl::Milliseconds(20));
  }
}

size_t Download(const std::string& url, const std::string& token) {
  CURL* curl = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, ("Authorization: Bearer " + token).c_str());
  size_t bytes = 0;
  const auto count = +[](char*, size_t size, size_t items, void* total) {
    *static_cast<size_t*>(total) += size * items;
    sched_yield();
    return size * items;
  };
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &bytes);
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
  if (code == CURLE_OK) return bytes;
  fmt::print(stderr, "{}: {}\n", url, curl_easy_strerror(code));
  std::exit(1);
}

}  // namespace zerotouch::bench
