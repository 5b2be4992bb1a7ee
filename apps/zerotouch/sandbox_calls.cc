// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/sandbox_calls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "base/terminal_text.h"
#include "zerotouch/method_call.h"
#include "zerotouch/operations.h"
#include "zerotouch/output.h"
#include "zerotouch/rest_call.h"

namespace zerotouch::cli {
namespace {

absl::Status CannotWrite(const std::string& path) {
  return absl::InvalidArgumentError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

// Writes a new file that only its owner may read.
absl::Status WriteSecret(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return CannotWrite(path);
  const bool is_private = fchmod(file, 0600) == 0;
  const ssize_t written = is_private ? write(file, text.data(), text.size()) : -1;
  const bool is_done = written == static_cast<ssize_t>(text.size());
  const bool is_closed = close(file) == 0;
  return is_done && is_closed ? absl::OkStatus() : CannotWrite(path);
}

// Returns an answer without its credentials, which are written to the file if there is one.
absl::StatusOr<std::string> WithoutCredentials(const std::string& answer, const std::string& path) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(answer).get(object) != simdjson::SUCCESS) {
    return absl::InternalError("the server's answer is not a JSON object");
  }
  std::string rest = "{";
  const char* comma = "";
  for (const auto& [key, value] : object) {
    const std::string text = simdjson::minify(value);
    if (key == "credentials") {
      ZT_RETURN_IF_ERROR(WriteSecret(path, PrettyJson(text)));
      continue;
    }
    rest += fmt::format("{}\"{}\":{}", std::exchange(comma, ","), key, text);
  }
  return rest + "}";
}

absl::StatusOr<std::string> CallTenant(const Invocation& invocation) {
  ZT_ASSIGN_OR_RETURN(const std::string path, PathOf(invocation));
  ZT_ASSIGN_OR_RETURN(const std::string body, BodyOf(invocation));
  ZT_ASSIGN_OR_RETURN(const Connection connection, ConnectFor(invocation));
  ZT_ASSIGN_OR_RETURN(std::string answer, connection.client->Send("POST", path, body));
  if (!invocation.Has("key-file")) return answer;
  return WithoutCredentials(answer, invocation.Get("key-file"));
}

absl::Status Export(const Invocation& invocation) {
  ZT_ASSIGN_OR_RETURN(const Connection connection, ConnectFor(invocation));
  const std::string path = invocation.Get("out");
  const std::string part = path + ".part";
  const std::unique_ptr<FILE, int (*)(FILE*)> file(
      path.empty() ? fdopen(dup(STDOUT_FILENO), "wb") : std::fopen(part.c_str(), "wb"),
      std::fclose);
  if (file == nullptr) return CannotWrite(path);
  bool is_written = true;
  absl::Status status =
      connection.client->Stream("/sandbox/v1/state:export", [&](std::string_view piece) {
        is_written = std::fwrite(piece.data(), 1, piece.size(), file.get()) == piece.size();
        return is_written;
      });
  is_written = std::fflush(file.get()) == 0 && is_written;
  if (status.ok() && !is_written) status = CannotWrite(path.empty() ? "standard output" : path);
  if (path.empty()) return status;
  if (!status.ok()) {
    std::remove(part.c_str());
    return status;
  }
  return std::rename(part.c_str(), path.c_str()) == 0 ? absl::OkStatus() : CannotWrite(path);
}

}  // namespace

bool EventReader::Add(std::string_view piece) {
  for (;;) {
    const size_t end = piece.find('\n');
    if (end == std::string_view::npos) break;
    line_ += piece.substr(0, end);
    piece.remove_prefix(end + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    const bool goes_on = TakeLine(line_);
    line_.clear();
    if (!goes_on) return false;
  }
  line_ += piece;
  return line_.size() <= kEventBytes;
}

bool EventReader::TakeLine(std::string_view line) {
  if (line.empty()) {
    const std::string type = std::exchange(type_, "");
    const std::string data = std::exchange(data_, "");
    return data.empty() || use_(type, data);
  }
  const size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") type_ = value;
  if (name == "data") data_ += fmt::format("{}{}", data_.empty() ? "" : "\n", value);
  return data_.size() <= kEventBytes;
}

ExitCode RunCallsWatch(const Invocation& invocation) {
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  int64_t left = invocation.Has("limit") ? invocation.Number("limit") : INT64_MAX;
  EventReader reader([&](std::string_view type, std::string_view data) {
    if (type == "lost") {
      PrintError(fmt::format("calls were lost, because this program read too slowly: {}", data));
      return true;
    }
    Print(fmt::format("{}\n", isatty(STDOUT_FILENO) == 1 ? ForTerminal(data) : data));
    return EndOutput().ok() && --left > 0;
  });
  const absl::Status status = connection->client->Stream(
      "/sandbox/v1/calls:watch", [&](std::string_view piece) { return reader.Add(piece); });
  return status.ok() ? kDone : Fail(invocation, status);
}

ExitCode RunSetTerms(const Invocation& invocation) {
  if (invocation.Has("accepted")) return RunRest(invocation);
  return Fail(invocation, absl::InvalidArgumentError("no answer; give --accepted, or "
                                                     "--accepted=false"));
}

ExitCode RunFaultsDelete(const Invocation& invocation) {
  if (!invocation.positionals.empty()) return RunRest(invocation);
  if (!invocation.Has("all")) {
    return Fail(invocation,
                absl::InvalidArgumentError("no rule; give its name, or --all for all of them"));
  }
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  const auto answer = connection->client->Send("DELETE", "/sandbox/v1/faults", "");
  return answer.ok() ? kDone : Fail(invocation, answer.status());
}

ExitCode RunStateExport(const Invocation& invocation) {
  const absl::Status status = Export(invocation);
  return status.ok() ? kDone : Fail(invocation, status);
}

ExitCode RunTenant(const Invocation& invocation) {
  const absl::StatusOr<std::string> answer = CallTenant(invocation);
  if (!answer.ok()) return Fail(invocation, answer.status());
  Print(invocation.format == Format::kJson ? PrettyJson(*answer) : MembersText(*answer));
  const absl::Status written = EndOutput();
  return written.ok() ? kDone : Fail(invocation, written);
}

}  // namespace zerotouch::cli
