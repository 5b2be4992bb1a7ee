// SPDX-License-Identifier: Apache-2.0
#include "sandbox/call_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "sandbox/place.h"

namespace zerotouch::sandbox {
namespace {

// The terms of a filter.
class CallFilter {
 public:
  static absl::StatusOr<CallFilter> Parse(const std::string& text) {
    CallFilter filter;
    const std::vector<std::string> terms = absl::StrSplit(text, ' ', absl::SkipEmpty());
    for (const std::string& term : terms) {
      const size_t equals = term.find('=');
      const std::string name = term.substr(0, equals);
      const bool known =
          name == "method" || name == "status" || name == "account" || name == "protocol";
      if (equals == std::string::npos || !known) {
        return errors::InvalidParameter(
            "filter",
            "use the terms method=, status=, account= and protocol=, with spaces between");
      }
      filter.terms_.emplace_back(name, term.substr(equals + 1));
    }
    return filter;
  }

  bool Fits(const LoggedCall& call) const {
    for (const auto& [name, value] : terms_) {
      const bool fits = name == "method"    ? call.method == value
                        : name == "account" ? call.account == value
                        : name == "protocol"
                            ? call.protocol == value
                            : call.status == value || std::to_string(call.http_status) == value;
      if (!fits) return false;
    }
    return true;
  }

 private:
  std::vector<std::pair<std::string, std::string>> terms_;
};

// A page token holds the number of the last call and the filter.
std::string CallTokenOf(int64_t number, const std::string& filter) {
  return fmt::format("{}-{:x}", number, std::hash<std::string>()(filter));
}

absl::StatusOr<int64_t> CallNumberOf(const std::string& token, const std::string& filter) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(token.substr(0, token.find('-')), &number) ||
      CallTokenOf(number, filter) != token) {
    return errors::InvalidPageToken();
  }
  return number;
}

// Follows the log from where it stands.
class CallWatcher final : public service::EventSource {
 public:
  // Counts itself in `watchers`. Both must outlive it.
  CallWatcher(const CallLog& log, std::atomic<int>& watchers)
      : log_(log), place_(watchers, limits::kCallWatchers), last_(log.Newest()) {}

  bool has_place() const { return place_.is_free(); }

  std::unique_ptr<google::protobuf::Message> Next() override {
    if (!call_.has_value()) call_ = log_.Next(last_, lost_);
    if (!call_.has_value()) return nullptr;
    auto event = std::make_unique<proto::CallEvent>();
    if (lost_ > 0) {
      const int64_t most = std::numeric_limits<int32_t>::max();
      event->mutable_lost()->set_count(static_cast<int32_t>(std::min(lost_, most)));
      lost_ = 0;
    } else {
      *event->mutable_call() = *std::move(call_);
      call_.reset();
    }
    return event;
  }

 private:
  const CallLog& log_;
  const Place place_;
  int64_t last_;                     // the number of the last call that it got
  int64_t lost_ = 0;                 // calls that it has still to be told of
  std::optional<proto::Call> call_;  // after the lost ones
};

}  // namespace

void CallLog::Add(std::shared_ptr<LoggedCall> call) {
  const MutexLock lock(mutex_);
  call->number = next_++;
  bytes_ += call->BodyBytes();
  entries_.push_back({.number = call->number, .call = std::move(call)});
  if (entries_.size() > limits::kLoggedCalls) {
    bytes_ -= entries_.front().call->BodyBytes();
    entries_.pop_front();
    if (stripped_ > 0) --stripped_;
  }
  DropBodies();
}

void CallLog::DropBodies() {
  while (bytes_ > limits::kLoggedBytes && stripped_ < entries_.size()) {
    Entry& oldest = entries_[stripped_++];
    bytes_ -= oldest.call->BodyBytes();
    auto rest = std::make_shared<LoggedCall>(*oldest.call);  // somebody may read this one
    rest->request = {};
    rest->response = {};
    oldest.call = std::move(rest);
  }
}

void CallLog::Clear() {
  const MutexLock lock(mutex_);
  entries_.clear();
  cleared_ = next_ - 1;
  bytes_ = 0;
  stripped_ = 0;
}

std::vector<proto::Call> CallLog::Read(int64_t before, size_t size,
                                       const std::function<bool(const LoggedCall&)>& fits) const {
  std::vector<std::shared_ptr<const LoggedCall>> found;
  {
    const MutexLock lock(mutex_);
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && found.size() < size; ++entry) {
      if (entry->number < before && fits(*entry->call)) found.push_back(entry->call);
    }
  }
  std::vector<proto::Call> out;
  for (const auto& call : found) out.push_back(Redacted(*call));
  return out;
}

int64_t CallLog::Newest() const {
  const MutexLock lock(mutex_);
  return next_ - 1;
}

std::optional<proto::Call> CallLog::Next(int64_t& last, int64_t& lost) const {
  std::shared_ptr<const LoggedCall> found;
  {
    const MutexLock lock(mutex_);
    last = std::max(last, cleared_);
    if (next_ - 1 <= last) return std::nullopt;
    // The numbers of the entries follow each other, up to the newest.
    const int64_t number = std::max(last + 1, entries_.front().number);
    lost += number - (last + 1);
    last = number;
    found = entries_[static_cast<size_t>(number - entries_.front().number)].call;
  }
  return Redacted(*found);
}

absl::StatusOr<proto::ListCallsResponse> CallControl::List(const Anyone&,
                                                           const proto::ListCallsRequest& request) {
  if (request.page_size() < 0 || request.page_size() > limits::kCallsPage) {
    return errors::InvalidParameter(
        "pageSize", fmt::format("use 1 to {}, or leave it out", limits::kCallsPage));
  }
  ZT_ASSIGN_OR_RETURN(const CallFilter filter, CallFilter::Parse(request.filter()));
  int64_t before = std::numeric_limits<int64_t>::max();
  if (!request.page_token().empty()) {
    ZT_ASSIGN_OR_RETURN(before, CallNumberOf(request.page_token(), request.filter()));
  }
  const auto size = static_cast<size_t>(request.page_size() == 0 ? limits::kCallsPageDefault
                                                                 : request.page_size());
  std::vector<proto::Call> calls =
      log_.Read(before, size + 1, [&](const LoggedCall& call) { return filter.Fits(call); });
  proto::ListCallsResponse response;
  const bool more = calls.size() > size;
  if (more) calls.pop_back();
  for (proto::Call& call : calls) *response.add_calls() = std::move(call);
  if (more) {
    const std::string& last = response.calls(static_cast<int>(size) - 1).name();
    int64_t number = 0;
    static_cast<void>(absl::SimpleAtoi(last.substr(last.find('/') + 1), &number));
    response.set_next_page_token(CallTokenOf(number, request.filter()));
  }
  return response;
}

absl::StatusOr<service::EventAnswer> CallControl::Watch(const Anyone&,
                                                        const proto::WatchCallsRequest&) {
  auto watcher = std::make_unique<CallWatcher>(log_, watchers_);
  if (!watcher->has_place()) return errors::TooBusy("watchers", absl::Seconds(1));
  return service::EventAnswer{std::move(watcher)};
}

absl::StatusOr<google::protobuf::Empty> CallControl::Delete(const Anyone&,
                                                            const proto::DeleteCallsRequest&) {
  log_.Clear();
  return google::protobuf::Empty();
}

}  // namespace zerotouch::sandbox
