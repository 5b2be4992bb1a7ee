// SPDX-License-Identifier: Apache-2.0
#include "support/server_process.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>

#include "absl/time/clock.h"
#include "crypto/jwt.h"
#include "crypto/key_file.h"
#include "support/launch.h"
#include "support/temp_dir.h"

namespace zerotouch::test {
namespace {

size_t AppendTo(char* data, size_t size, size_t count, void* text) {
  static_cast<std::string*>(text)->append(data, size * count);
  return size * count;
}

Answer Perform(CURL* curl, const std::string& url, const std::string* body) {
  Answer answer;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, AppendTo);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, AppendTo);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer.headers);
  if (body != nullptr) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->c_str());
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    return {.refused = code == CURLE_COULDNT_CONNECT, .body = curl_easy_strerror(code)};
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

using Curl = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

// Returns the text after `mark` up to the next quotation mark.
std::string Quoted(const std::string& text, const std::string& mark, size_t from = 0) {
  const size_t at = text.find(mark, from);
  if (at == std::string::npos) return {};
  const size_t begin = at + mark.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

Sandbox::Reseller ParseReseller(const std::string& line, size_t from) {
  Sandbox::Reseller reseller;
  reseller.partner = Quoted(line, "\"partnerId\":\"", from);
  reseller.credentials = Quoted(line, "\"credentials\":\"", from);
  const size_t customers = line.find("\"customerIds\":", from);
  reseller.customer = Quoted(line, "[\"", customers);
  reseller.second_customer = Quoted(line, ",\"", customers);
  return reseller;
}

std::vector<std::string> CommandOf(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {ZEROTOUCHD};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace

ProgramRun RunZerotouchd(const std::vector<std::string>& arguments) {
  const TempDir dir;
  const std::string out = dir / "out";
  const std::string err = dir / "err";
  const pid_t pid = Launch({.command = CommandOf(arguments), .out_path = out, .err_path = err});
  rusage used = {};
  const int status = WaitForEnd(pid, &used);
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          .out = ReadFile(out),
          .err = ReadFile(err),
          .peak_memory_bytes = int64_t{used.ru_maxrss} * 1024};
}

ServerProcess::ServerProcess(const std::vector<std::string>& arguments, const std::string& log) {
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) return;
  pid_ = Launch({.command = CommandOf(arguments), .out_fd = out[1], .err_path = log});
  close(out[1]);
  ready_line_ = FirstLine(out[0], pid_);
  close(out[0]);
}

ServerProcess::~ServerProcess() { Kill(); }

void ServerProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  Wait();
}

int ServerProcess::Terminate() {
  kill(pid_, SIGTERM);
  return Wait();
}

int ServerProcess::Wait() {
  const int status = pid_ > 0 ? WaitForEnd(pid_) : 0;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Sandbox ParseSandbox(const std::string& line) {
  const size_t first = line.find("\"partnerId\"");
  return {.endpoint = Quoted(line, "\"endpoint\":\""),
          .first = ParseReseller(line, first),
          .second = ParseReseller(line, line.find("\"partnerId\"", first + 1))};
}

std::string ReadFile(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

crypto::JwtClaims ClaimsOf(const std::string& credentials, const std::string& endpoint) {
  const crypto::KeyFile file = crypto::ParseKeyFile(ReadFile(credentials)).value();
  return {.issuer = file.client_email,
          .subject = file.client_email,
          .audience = endpoint + "/",
          .scope = kResellerScope,
          .issued_at = absl::Now(),
          .expires_at = absl::Now() + absl::Minutes(55)};
}

std::string SignToken(const std::string& credentials, const crypto::JwtClaims& claims) {
  const crypto::KeyFile file = crypto::ParseKeyFile(ReadFile(credentials)).value();
  return crypto::SignJwt(crypto::PrivateKey::FromPem(file.private_key).value(), file.private_key_id,
                         claims)
      .value();
}

std::string Answer::Header(const std::string& name) const {
  std::istringstream lines(headers);
  for (std::string line; std::getline(lines, line);) {
    const size_t colon = line.find(':');
    if (colon != name.size() || strncasecmp(line.c_str(), name.c_str(), colon) != 0) continue;
    const size_t begin = line.find_first_not_of(' ', colon + 1);
    const size_t end = line.find_last_not_of("\r ");
    return begin == std::string::npos ? "" : line.substr(begin, end - begin + 1);
  }
  return {};
}

ApiCaller::ApiCaller(std::string endpoint, const std::string& credentials, const std::string& scope)
    : endpoint_(std::move(endpoint)) {
  crypto::JwtClaims claims = ClaimsOf(credentials, endpoint_);
  claims.scope = scope;
  token_ = SignToken(credentials, claims);
}

Answer CallUrl(const std::string& method, const std::string& url, const std::string& body,
               const std::string& token, const std::vector<std::string>& header) {
  const Curl curl(curl_easy_init(), curl_easy_cleanup);
  curl_slist* headers = curl_slist_append(nullptr, "Expect:");
  const bool has_type = std::ranges::any_of(
      header, [](const std::string& line) { return line.starts_with("Content-Type:"); });
  if (!has_type) headers = curl_slist_append(headers, "Content-Type: application/json");
  for (const std::string& line : header) headers = curl_slist_append(headers, line.c_str());
  if (!token.empty()) {
    headers = curl_slist_append(headers, ("Authorization: Bearer " + token).c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  Answer answer = Perform(curl.get(), url, method == "GET" ? nullptr : &body);
  curl_slist_free_all(headers);
  return answer;
}

Answer PostForm(const std::string& url, const std::string& form) {
  const Curl curl(curl_easy_init(), curl_easy_cleanup);
  return Perform(curl.get(), url, &form);
}

std::string FieldIn(const std::string& json, const std::string& name) {
  return Quoted(json, "\"" + name + "\": \"");
}

}  // namespace zerotouch::test
