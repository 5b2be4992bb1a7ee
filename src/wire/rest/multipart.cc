// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/multipart.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/ascii.h"
#include "base/status_macros.h"

namespace zerotouch::wire {
namespace {

std::string_view Trimmed(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Takes the next line and returns it without its end.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view WithoutLastLineEnd(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

absl::Status MalformedPart(std::string_view reason) {
  return absl::InvalidArgumentError(std::string(reason));
}

// Returns true if `line` holds a control character other than a tab. Values that
// are echoed could otherwise begin a header line of the answer (RFC 9110 section
// 5.5).
bool HasControl(std::string_view line) {
  return std::ranges::any_of(line,
                             [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
}

// Takes header fields up to and including the empty line. A line that begins with
// a space continues the one before.
absl::StatusOr<http::Headers> TakeHeaders(std::string_view& text) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (line.empty()) break;
    if (HasControl(line)) return MalformedPart("a header line has a control character");
    if (!fields.empty() && (line.front() == ' ' || line.front() == '\t')) {
      fields.back().second.append(" ").append(Trimmed(line));
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return MalformedPart("a header line has no name");
    }
    fields.emplace_back(Trimmed(line.substr(0, colon)), Trimmed(line.substr(colon + 1)));
  }
  http::Headers headers;
  for (auto& [name, value] : fields) headers.Add(std::move(name), std::move(value));
  return headers;
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Other";
  }
}

}  // namespace

std::optional<std::string> BoundaryOf(std::string_view content_type) {
  const size_t end = std::min(content_type.find(';'), content_type.size());
  if (!EqualIgnoringCase(Trimmed(content_type.substr(0, end)), "multipart/mixed")) {
    return std::nullopt;
  }
  std::string_view rest = content_type.substr(end);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const size_t equals = std::min(rest.find('='), rest.size());
    const bool is_boundary = EqualIgnoringCase(Trimmed(rest.substr(0, equals)), "boundary");
    rest.remove_prefix(std::min(equals + 1, rest.size()));
    rest = rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
    std::string_view value;
    if (rest.starts_with('"')) {
      const size_t quote = rest.find('"', 1);
      if (quote == std::string_view::npos) return std::nullopt;
      value = rest.substr(1, quote - 1);
      rest.remove_prefix(quote + 1);
    } else {
      value = Trimmed(rest.substr(0, rest.find(';')));
    }
    if (is_boundary && !value.empty()) return std::string(value);
    rest = rest.substr(std::min(rest.find(';'), rest.size()));
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<Part>> SplitMultipart(std::string_view body, std::string_view boundary) {
  const std::string delimiter = fmt::format("--{}", boundary);
  const std::string end = delimiter + "--";
  std::vector<Part> parts;
  const char* begin = nullptr;  // of the current part
  while (true) {
    const char* const line_begin = body.data();
    if (body.empty()) return MalformedPart("the closing boundary is missing");
    const std::string_view line = TakeLine(body);
    // Blanks may follow a boundary.
    const std::string_view text = line.substr(0, line.find_last_not_of(" \t") + 1);
    if (text != delimiter && text != end) continue;
    if (begin != nullptr) {
      std::string_view content =
          WithoutLastLineEnd({begin, static_cast<size_t>(line_begin - begin)});
      Part part;
      ZT_ASSIGN_OR_RETURN(part.headers, TakeHeaders(content));
      part.content = content;
      parts.push_back(std::move(part));
    }
    if (text == end) return parts;
    begin = body.data();
  }
}

absl::StatusOr<http::Request> ParseHttpRequest(std::string_view text) {
  while (text.starts_with("\r\n") || text.starts_with("\n")) TakeLine(text);
  const std::string_view line = TakeLine(text);
  if (HasControl(line)) return MalformedPart("the request line has a control character");
  const size_t first = line.find(' ');
  if (first == std::string_view::npos || first == 0) {
    return MalformedPart("the request line is missing");
  }
  const std::string_view rest = Trimmed(line.substr(first + 1));
  http::Request request;
  request.method = line.substr(0, first);
  request.target = rest.substr(0, rest.find(' '));
  if (request.target.empty()) return MalformedPart("the request line has no path");
  const bool has_root =
      request.target.front() == '/' || request.target.find("://") != std::string::npos;
  if (!has_root) request.target.insert(0, "/");
  ZT_ASSIGN_OR_RETURN(request.headers, TakeHeaders(text));
  const std::string declared(request.headers.Get("Content-Length"));
  size_t length = 0;
  if (declared.empty()) {
    text = WithoutLastLineEnd(text);
  } else if (!absl::SimpleAtoi(declared, &length) || length > text.size()) {
    return MalformedPart("its Content-Length does not match its body");
  } else {
    text = text.substr(0, length);
  }
  request.body = text;
  return request;
}

std::string HttpResponseText(const http::Response& response) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, ReasonPhrase(response.status));
  for (const auto& [name, value] : response.headers) {
    fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
  }
  fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n\r\n", response.body.size());
  return text + response.body;
}

}  // namespace zerotouch::wire
