// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <algorithm>
#include <string_view>

#include "absl/cleanup/cleanup.h"
#include "http/http1/connection.h"
#include "http/http2/connection.h"

namespace zerotouch::http {
namespace {

using SteadyClock = std::chrono::steady_clock;

// The first bytes of an HTTP/2 connection (RFC 9113 section 3.4).
constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// The first byte of a TLS connection (RFC 8446 section 5.1).
constexpr char kTlsHandshake = 22;

}  // namespace

SteadyTime Client::DeadlineOfFirstBytes() const {
  const ServerOptions& options = context_.options;
  return SteadyClock::now() + Chrono(std::min(options.first_request_timeout, options.idle_timeout));
}

Awaitable<void> Client::Run() {
  const ServerContext* context = &context_;
  if (tls_ != nullptr) context = co_await StartTls();
  if (context == nullptr) co_return;
  std::optional<Protocol> protocol = Protocol::kHttp2;
  if (!socket_.AgreedOnHttp2()) protocol = co_await DetectProtocol();
  if (!protocol.has_value()) {
    co_await socket_.FinishSending();
    co_return;
  }
  std::string read = std::exchange(read_, {});
  read_.shrink_to_fit();
  std::atomic<int>& count =
      *protocol == Protocol::kHttp1 ? context->connections.http1 : context->connections.http2;
  ++count;
  const absl::Cleanup ended = [&count] { --count; };
  connection_ = *protocol == Protocol::kHttp1
                    ? http1::MakeConnection(*context, *peer_, socket_, std::move(read))
                    : http2::MakeConnection(*context, *peer_, socket_, std::move(read));
  co_await connection_->Run();
}

Awaitable<const ServerContext*> Client::StartTls() {
  deadline_ = SteadyClock::now() + Chrono(context_.options.handshake_timeout);
  if (!co_await ReadMore()) co_return nullptr;
  if (read_.front() != kTlsHandshake) co_return &plain_;
  const bool agreed = co_await socket_.Handshake(*tls_, std::exchange(read_, {}));
  deadline_ = DeadlineOfFirstBytes();
  co_return agreed ? &context_ : nullptr;
}

Awaitable<std::optional<Protocol>> Client::DetectProtocol() {
  bool first = true;
  while (true) {
    const size_t told = std::min(read_.size(), kHttp2Preface.size());
    if (std::string_view(read_).substr(0, told) != kHttp2Preface.substr(0, told)) {
      co_return Protocol::kHttp1;
    }
    if (told == kHttp2Preface.size()) co_return Protocol::kHttp2;
    if (!co_await ReadMore()) co_return std::nullopt;
    if (std::exchange(first, false)) {
      deadline_ = std::min(deadline_, SteadyClock::now() + Chrono(context_.options.read_timeout));
    }
  }
}

Awaitable<bool> Client::ReadMore() {
  std::string piece(kSmallRead, '\0');
  const Socket::Result result = co_await socket_.Read(piece);
  read_.append(piece, 0, result.bytes);
  co_return result.bytes > 0;
}

void Client::Drain() {
  if (connection_ != nullptr) connection_->Drain();
}

void Client::CloseSilent() {
  if (connection_ == nullptr && read_.empty()) socket_.Cancel();
}

void Client::CheckTimeouts(SteadyTime now) {
  if (connection_ != nullptr) {
    connection_->CheckTimeouts(now);
  } else if (now > deadline_) {
    socket_.Close();
  }
}

std::optional<SteadyTime> Client::IdleSince() const {
  return connection_ != nullptr ? connection_->IdleSince() : accepted_;
}

}  // namespace zerotouch::http
