// SPDX-License-Identifier: Apache-2.0
#include "http/http2/session.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/ascii.h"
#include "base/limits.h"
#include "http/http2/frame_budget.h"
#include "http/http2/frame_rules.h"
#include "http/http2/frame_scanner.h"

namespace zerotouch::http::http2 {
namespace {

// The receive window of all streams together. Each stream has its own window,
// which bounds memory.
constexpr int32_t kConnectionWindowBytes = int32_t{16} << 20;

// Added to each field's size (RFC 9113 section 6.5.2).
constexpr size_t kFieldOverhead = 32;

// A header larger than its limit by this factor resets its stream at once.
constexpr size_t kHopelessFactor = 4;

// A DATA frame with less than this, and without the end, hardly carries a body: an
// endless stream of them is a flood.
constexpr size_t kSmallDataBytes = 16;

// Its value never repeats. In the table of repeated fields (RFC 7541) it would push
// out those that do, and nghttp2 would search all of its former values each time.
constexpr std::string_view kRequestIdField = "x-request-id";

// Builds a list of fields for nghttp2, which copies the text.
class FieldList {
 public:
  void Add(std::string_view name, std::string_view value) {
    places_.push_back({text_.size(), name.size(), value.size()});
    for (const char c : name) text_ += AsciiLower(c);
    text_ += value;
  }
  void Add(const Headers& headers) {
    for (const auto& [name, value] : headers) Add(name, value);
  }
  const nghttp2_nv* Make() {
    list_.reserve(places_.size());
    for (const Place& place : places_) {
      auto* const name = reinterpret_cast<uint8_t*>(text_.data() + place.begin);
      const std::string_view lower(text_.data() + place.begin, place.name_bytes);
      const uint8_t flags =
          lower == kRequestIdField ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
      list_.push_back({name, name + place.name_bytes, place.name_bytes, place.value_bytes, flags});
    }
    return list_.data();
  }
  size_t size() const { return places_.size(); }

 private:
  struct Place {
    size_t begin;
    size_t name_bytes;
    size_t value_bytes;
  };
  std::string text_;
  std::vector<Place> places_;
  std::vector<nghttp2_nv> list_;
};

// A header or trailers that are not complete yet.
struct Incoming {
  int32_t stream = 0;
  Request header;
  size_t bytes = 0;
};

class NgSession final : public Session {
 public:
  NgSession(size_t header_bytes, SessionEvents& events)
      : header_bytes_(header_bytes), events_(events), budget_(absl::Now()) {}
  ~NgSession() override { nghttp2_session_del(session_); }

  void Open();

  bool Receive(std::string_view bytes) override {
    std::optional<nghttp2_error_code> error;
    const size_t good = scanner_.Scan(bytes, [&](const FrameScanner::Frame& frame) {
      error = ErrorOf(frame);
      return !error.has_value();
    });
    const ssize_t taken =
        nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()), good);
    if (error.has_value()) nghttp2_session_terminate_session(session_, *error);
    return taken >= 0 && !error.has_value();
  }

  bool Send(std::string& out, size_t enough) override {
    while (out.size() < enough) {
      const uint8_t* data = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size < 0) return false;
      if (size == 0) break;
      out.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
    }
    return true;
  }

  bool Finished() const override {
    return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
  }
  bool HeaderPending() const override { return incoming_.has_value(); }

  void Answer(int32_t stream, int status, const Headers& headers, bool has_body) override;
  void Continue(int32_t stream) override {
    FieldList fields;
    fields.Add(":status", "100");
    nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream, nullptr, fields.Make(),
                           fields.size(), nullptr);
  }
  void Resume(int32_t stream) override { nghttp2_session_resume_data(session_, stream); }
  void Reset(int32_t stream, ErrorCode error) override {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, static_cast<uint32_t>(error));
  }
  void Consume(int32_t stream, size_t bytes) override {
    nghttp2_session_consume_stream(session_, stream, bytes);
  }
  void Widen(int32_t stream, int32_t window_bytes) override {
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, stream, window_bytes);
  }
  void GoAway() override {
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
  }
  void Ping() override { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

 private:
  // Returns why the connection ends before this frame, if it does: the frame breaks a
  // rule, or too many cost the client nothing.
  std::optional<nghttp2_error_code> ErrorOf(const FrameScanner::Frame& frame);
  void OnBeginHeaders(const nghttp2_frame& frame);
  int OnHeader(const nghttp2_frame& frame, std::string_view name, std::string_view value);
  void OnFrame(const nghttp2_frame& frame);
  void OnFrameSent(const nghttp2_frame& frame);
  ssize_t ReadBody(int32_t stream, std::span<char> room, uint32_t* flags);

  static nghttp2_session_callbacks* Callbacks();

  const size_t header_bytes_;
  SessionEvents& events_;
  FrameBudget budget_;
  FrameScanner scanner_;
  FrameRules rules_;
  nghttp2_session* session_ = nullptr;
  // Header blocks never interleave.
  std::optional<Incoming> incoming_;
};

NgSession& Self(void* user) { return *static_cast<NgSession*>(user); }

nghttp2_session_callbacks* NgSession::Callbacks() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
        Self(user).OnBeginHeaders(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks,
      [](nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_size,
         const uint8_t* value, size_t value_size, uint8_t, void* user) {
        return Self(user).OnHeader(*frame, {reinterpret_cast<const char*>(name), name_size},
                                   {reinterpret_cast<const char*>(value), value_size});
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session* session, uint8_t, int32_t stream, const uint8_t* data,
                    size_t size, void* user) {
        nghttp2_session_consume_connection(session, size);
        Self(user).events_.OnBody(stream, {reinterpret_cast<const char*>(data), size});
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
        Self(user).OnFrame(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_send_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
        Self(user).OnFrameSent(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      callbacks, [](nghttp2_session*, int32_t stream, uint32_t, void* user) {
        NgSession& self = Self(user);
        if (self.incoming_.has_value() && self.incoming_->stream == stream) self.incoming_.reset();
        self.events_.OnClosed(stream);
        return 0;
      });
  return callbacks;
}

void NgSession::Open() {
  const std::unique_ptr<nghttp2_session_callbacks, decltype(&nghttp2_session_callbacks_del)>
      callbacks(Callbacks(), nghttp2_session_callbacks_del);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_stream_reset_rate_limit(option, limits::kHttp2Resets,
                                             limits::kHttp2ResetsPerSecond);
  nghttp2_session_server_new2(&session_, callbacks.get(), this, option);
  nghttp2_option_del(option);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits::kHttp2Streams},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(header_bytes_)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindowBytes);
}

void NgSession::OnBeginHeaders(const nghttp2_frame& frame) {
  incoming_.emplace();
  incoming_->stream = frame.hd.stream_id;
}

int NgSession::OnHeader(const nghttp2_frame& frame, std::string_view name, std::string_view value) {
  if (!incoming_.has_value()) return 0;
  incoming_->bytes += name.size() + value.size() + kFieldOverhead;
  if (incoming_->bytes > header_bytes_) {
    return incoming_->bytes > kHopelessFactor * header_bytes_
               ? static_cast<int>(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE)
               : 0;
  }
  if (frame.headers.cat != NGHTTP2_HCAT_REQUEST) return 0;  // trailers are ignored
  Request& header = incoming_->header;
  if (name == ":method") {
    header.method = std::string(value);
  } else if (name == ":path") {
    header.target = std::string(value);
  } else if (name == ":authority") {
    header.headers.Add("host", value);
  } else if (name == "host" && header.headers.Has(name)) {
    // RFC 9113 section 8.3.1: it must equal `:authority`, which comes first.
    if (EqualIgnoringCase(header.headers.Get(name), value)) return 0;
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, frame.hd.stream_id,
                              NGHTTP2_PROTOCOL_ERROR);
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  } else if (!name.starts_with(':')) {
    header.headers.Add(name, value);
  }
  return 0;
}

std::optional<nghttp2_error_code> NgSession::ErrorOf(const FrameScanner::Frame& frame) {
  if (const auto error = rules_.Check(frame)) return error;
  const bool small_data = frame.type == NGHTTP2_DATA &&
                          frame.bytes - frame.padding < kSmallDataBytes &&
                          (frame.flags & NGHTTP2_FLAG_END_STREAM) == 0;
  // Resets have their own limit.
  const bool free = frame.type == NGHTTP2_HEADERS || frame.type == NGHTTP2_RST_STREAM ||
                    (frame.type == NGHTTP2_DATA && !small_data);
  if (free || budget_.Take(absl::Now())) return std::nullopt;
  return NGHTTP2_ENHANCE_YOUR_CALM;
}

void NgSession::OnFrame(const nghttp2_frame& frame) {
  const bool is_header = frame.hd.type == NGHTTP2_HEADERS;
  if (!is_header && frame.hd.type != NGHTTP2_DATA) return;
  if (is_header) {
    std::optional<Incoming> incoming = std::exchange(incoming_, std::nullopt);
    const bool too_large = incoming.has_value() && incoming->bytes > header_bytes_;
    if (frame.headers.cat == NGHTTP2_HCAT_REQUEST && incoming.has_value()) {
      incoming->header.protocol = Protocol::kHttp2;
      events_.OnRequest(frame.hd.stream_id, std::move(incoming->header), too_large);
    } else if (too_large) {
      events_.OnTrailersTooLarge(frame.hd.stream_id);
    }
  }
  if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) events_.OnRequestEnd(frame.hd.stream_id);
}

void NgSession::OnFrameSent(const nghttp2_frame& frame) {
  // nghttp2 resets a stream whose window a new SETTINGS_INITIAL_WINDOW_SIZE makes too
  // large. That is an error of the connection (RFC 9113 section 6.9.2), and every error
  // of a stream may be one (section 5.4.1).
  if (frame.hd.type == NGHTTP2_RST_STREAM &&
      frame.rst_stream.error_code == NGHTTP2_FLOW_CONTROL_ERROR) {
    nghttp2_session_terminate_session(session_, NGHTTP2_FLOW_CONTROL_ERROR);
  }
  if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
  budget_.OnAnswerFrame();
  if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return;
  // The answer is complete before the request: ask the client to stop sending
  // (RFC 9113 section 8.1).
  if (nghttp2_session_get_stream_remote_close(session_, frame.hd.stream_id) == 0) {
    Reset(frame.hd.stream_id, ErrorCode::kNone);
  }
}

void NgSession::Answer(int32_t stream, int status, const Headers& headers, bool has_body) {
  FieldList fields;
  fields.Add(":status", fmt::format("{}", status));
  fields.Add(headers);
  nghttp2_data_provider provider = {};
  provider.read_callback = [](nghttp2_session*, int32_t id, uint8_t* room, size_t size,
                              uint32_t* flags, nghttp2_data_source*, void* user) {
    return Self(user).ReadBody(id, {reinterpret_cast<char*>(room), size}, flags);
  };
  nghttp2_submit_response(session_, stream, fields.Make(), fields.size(),
                          has_body ? &provider : nullptr);
}

ssize_t NgSession::ReadBody(int32_t stream, std::span<char> room, uint32_t* flags) {
  SessionEvents::Part part = events_.NextPart(stream, room);
  if (part.then == SessionEvents::Part::Then::kWait && part.bytes == 0) {
    return NGHTTP2_ERR_DEFERRED;
  }
  if (part.then == SessionEvents::Part::Then::kEnd) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!part.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      FieldList fields;
      fields.Add(part.trailers);
      nghttp2_submit_trailer(session_, stream, fields.Make(), fields.size());
    }
  }
  return static_cast<ssize_t>(part.bytes);
}

}  // namespace

std::unique_ptr<Session> Session::Create(size_t header_bytes, SessionEvents& events) {
  auto session = std::make_unique<NgSession>(header_bytes, events);
  session->Open();
  return session;
}

}  // namespace zerotouch::http::http2
