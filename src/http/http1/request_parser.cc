// SPDX-License-Identifier: Apache-2.0
#include "http/http1/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

#include "base/ascii.h"

namespace zerotouch::http::http1 {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;
using beast::error_code;

// Counted for each field besides its text: ": " and the end of its line.
constexpr size_t kFieldOverhead = 4;

// The characters of a host's name (RFC 3986 section 3.2.2). Within brackets an address has colons
// too.
constexpr std::string_view kHostCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=";
constexpr std::string_view kDigits = "0123456789";

// Returns true if `text` is a name or an address, with or without a port.
bool IsHost(std::string_view text) {
  size_t end = text.find_first_not_of(kHostCharacters);
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == text.npos) return false;
    for (const char c : text.substr(1, end - 1)) {
      if (c != ':' && kHostCharacters.find(c) == kHostCharacters.npos) return false;
    }
    ++end;
  }
  if (end == text.npos || end == text.size()) return true;
  return text[end] == ':' && text.find_first_not_of(kDigits, end + 1) == text.npos;
}

class BeastParser final : public RequestParser, private beast_http::basic_parser<true> {
 public:
  BeastParser(const ServerOptions& options, Request& request)
      : options_(options), request_(request), body_limit_(options.body_bytes) {
    header_limit(static_cast<uint32_t>(options.header_bytes));
    body_limit(options.body_bytes);
  }

  size_t Parse(std::string_view bytes) override;
  const std::optional<Fault>& fault() const override { return fault_; }
  bool broken() const override { return broken_; }
  bool header_done() const override { return is_header_done(); }
  bool done() const override { return is_done(); }
  int version() const override { return version_; }
  bool keep_alive() const override { return basic_parser::keep_alive(); }
  bool chunked() const override { return basic_parser::chunked(); }
  uint64_t declared_bytes() const override { return content_length().value_or(0); }
  void ExpectBody(size_t limit, Grow grow) override {
    body_limit_ = limit;
    body_limit(limit);
    grow_ = std::move(grow);
  }

 private:
  using Text = beast::string_view;

  void Refuse(const Fault& fault, bool broken) {
    if (!fault_.has_value()) fault_ = fault;
    broken_ = broken_ || broken;
  }
  // Sets the fault for an error of Beast; `unparsed` is what it has not used.
  void RefuseError(const error_code& error, std::string_view unparsed);
  // Checks what RFC 9112 forbids and Beast accepts.
  void CheckFraming();
  // Refuses a head of more than the limit. (Beast limits the request line and the
  // fields each on its own.)
  void CheckHeadSize();
  void AppendBody(Text bytes, error_code& error);

  void on_request_impl(beast_http::verb, Text method, Text target, int version,
                       error_code&) override {
    request_.method.assign(method.data(), method.size());
    request_.target.assign(target.data(), target.size());
    version_ = version;
  }
  void on_response_impl(int, Text, int, error_code&) override {}
  void on_field_impl(beast_http::field, Text name, Text value, error_code& error) override;
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<uint64_t>&, error_code&) override {}
  size_t on_body_impl(Text bytes, error_code& error) override {
    AppendBody(bytes, error);
    return bytes.size();
  }
  void on_chunk_header_impl(uint64_t, Text extensions, error_code& error) override {
    if (extensions.size() > options_.header_bytes) error = beast_http::error::header_limit;
  }
  size_t on_chunk_body_impl(uint64_t, Text bytes, error_code& error) override {
    AppendBody(bytes, error);
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}

  const ServerOptions& options_;
  Request& request_;
  size_t body_limit_;
  Grow grow_;
  int version_ = 11;
  size_t head_bytes_ = 0;
  size_t trailer_bytes_ = 0;
  bool in_trailers_ = false;
  std::optional<Fault> fault_;
  bool broken_ = false;
};

size_t BeastParser::Parse(std::string_view bytes) {
  size_t used = 0;
  while (used < bytes.size() && !is_done() && !fault_.has_value()) {
    const bool in_header = !is_header_done();
    error_code error;
    const size_t step = put(asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
    used += step;
    if (in_header) head_bytes_ += step;
    const std::string_view rest = bytes.substr(used);
    if (error == beast_http::error::need_more) {
      // Only a chunk's head or the trailers may be incomplete.
      if (is_header_done() && rest.size() > options_.header_bytes) {
        Refuse(HeaderTooLarge(options_.header_bytes), /*broken=*/true);
      }
      break;
    }
    if (error) {
      RefuseError(error, rest);
      break;
    }
    if (!in_header || !is_header_done()) continue;
    in_trailers_ = true;
    CheckFraming();
    if (!fault_.has_value()) CheckHeadSize();
    break;
  }
  return used;
}

void BeastParser::RefuseError(const error_code& error, std::string_view unparsed) {
  if (error == beast_http::error::header_limit && is_header_done()) {
    return Refuse(HeaderTooLarge(options_.header_bytes), /*broken=*/true);
  }
  if (error == beast_http::error::header_limit) {
    const bool is_url = request_.target.empty() &&
                        unparsed.substr(0, options_.url_bytes).find("\r\n") == unparsed.npos;
    return Refuse(is_url ? UrlTooLong(options_.url_bytes) : HeaderTooLarge(options_.header_bytes),
                  /*broken=*/true);
  }
  if (error == beast_http::error::body_limit) {
    return Refuse(BodyTooLarge(body_limit_), /*broken=*/false);
  }
  Refuse(Malformed("The request is not well-formed HTTP/1.1."), /*broken=*/true);
}

void BeastParser::on_field_impl(beast_http::field, Text name, Text value, error_code& error) {
  if (!in_trailers_) {
    request_.headers.Add({name.data(), name.size()}, {value.data(), value.size()});
    return;
  }
  // Trailers are ignored, but count.
  trailer_bytes_ += name.size() + value.size() + kFieldOverhead;
  if (trailer_bytes_ > options_.header_bytes) error = beast_http::error::header_limit;
}

void BeastParser::CheckFraming() {
  int hosts = 0;
  std::string_view host;
  int codings = 0;
  int lengths = 0;
  std::string_view coding;
  std::string_view length;
  for (const auto& [name, value] : request_.headers) {
    if (EqualIgnoringCase(name, "Host")) {
      ++hosts;
      host = value;
    } else if (EqualIgnoringCase(name, "Transfer-Encoding")) {
      ++codings;
      coding = value;
    } else if (EqualIgnoringCase(name, "Content-Length")) {
      ++lengths;
      length = value;
    }
  }
  if (hosts > 1 || (hosts == 0 && version_ >= 11)) {
    return Refuse(Malformed("The request must have one Host header."), true);
  }
  if (!IsHost(host)) {  // section 3.2
    return Refuse(
        Malformed("The Host header must be a host name or an address, and may have a port."), true);
  }
  if (codings > 0 && version_ < 11) {  // section 6.1
    return Refuse(Malformed("An HTTP/1.0 request cannot have a Transfer-Encoding."), true);
  }
  if (codings > 1 || (codings == 1 && !EqualIgnoringCase(coding, "chunked"))) {
    return Refuse(Malformed("The only supported Transfer-Encoding is chunked."), true);
  }
  // Beast accepts a list of equal lengths.
  if (lengths > 1 || length.find(',') != length.npos) {
    Refuse(Malformed("The request has more than one Content-Length."), true);
  }
}

void BeastParser::CheckHeadSize() {
  if (head_bytes_ <= options_.header_bytes) return;
  Refuse(request_.target.size() > options_.url_bytes ? UrlTooLong(options_.url_bytes)
                                                     : HeaderTooLarge(options_.header_bytes),
         /*broken=*/false);
}

void BeastParser::AppendBody(Text bytes, error_code& error) {
  std::string& body = request_.body;
  const size_t size = body.size() + bytes.size();
  if (size > body_limit_) {
    error = beast_http::error::body_limit;
    return;
  }
  if (size > body.capacity()) {
    // Never more than the declared length, and never more for a length that is only
    // declared.
    const size_t declared = std::max<uint64_t>(size, declared_bytes());
    const size_t room = chunked() ? 2 * size : std::min<size_t>(declared, 2 * size);
    if (grow_ && !grow_(room)) {
      Refuse(TooBusy("request bodies"), /*broken=*/false);
      error = beast_http::error::body_limit;
      return;
    }
    body.reserve(room);
  }
  body.append(bytes.data(), bytes.size());
}

}  // namespace

std::unique_ptr<RequestParser> RequestParser::Create(const ServerOptions& options,
                                                     Request& request) {
  return std::make_unique<BeastParser>(options, request);
}

}  // namespace zerotouch::http::http1
