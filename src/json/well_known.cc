// SPDX-License-Identifier: Apache-2.0
#include "json/well_known.h"

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/field_mask_util.h"
#include "google/protobuf/util/time_util.h"

namespace zerotouch::json {

using google::protobuf::Duration;
using google::protobuf::DynamicCastToGenerated;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::Timestamp;
using google::protobuf::util::FieldMaskUtil;
using google::protobuf::util::TimeUtil;

namespace {

// TimeUtil also accepts spaces, plus signs, doubled signs and more than the 10,000
// years that duration.proto allows.
bool IsDuration(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (!text.ends_with('s')) return false;
  text.remove_suffix(1);
  const size_t point = text.find('.');
  const auto is_digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return is_digits(text.substr(0, point)) &&
         (point == std::string_view::npos ||
          (text.size() - point <= 10 && is_digits(text.substr(point + 1))));
}

bool IsInRange(const Duration& duration) {
  constexpr int64_t kMost = TimeUtil::kDurationMaxSeconds;
  return duration.seconds() >= -kMost && duration.seconds() <= kMost &&
         (std::abs(duration.seconds()) < kMost || duration.nanos() == 0);
}

// Returns true for names joined by dots, each beginning with a lower-case letter, all
// in one of the two styles, and for `*`, which means everything.
bool IsMaskPath(std::string_view path) {
  if (path == "*") return true;
  bool has_capital = false;
  bool in_name = false;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (!in_name && !absl::ascii_islower(byte)) return false;
    if (c != '.' && c != '_' && !absl::ascii_isalnum(byte)) return false;
    has_capital |= absl::ascii_isupper(byte);
    in_name = c != '.';
  }
  return in_name && !(has_capital && path.find('_') != std::string_view::npos);
}

bool ReadFieldMask(std::string_view text, FieldMask& mask) {
  if (text.empty()) return true;
  for (const std::string& path : std::vector<std::string>(absl::StrSplit(std::string(text), ','))) {
    if (!IsMaskPath(path)) return false;
    FieldMask one;
    if (path.find('_') != std::string::npos) {
      one.add_paths(path);
    } else if (!FieldMaskUtil::FromJsonString(path, &one)) {
      return false;
    }
    mask.MergeFrom(one);
  }
  return true;
}

std::string WriteFieldMask(const FieldMask& mask) {
  std::string text;
  return FieldMaskUtil::ToJsonString(mask, &text) ? text : FieldMaskUtil::ToString(mask);
}

}  // namespace

bool ReadText(std::string_view text, Message& message) {
  if (auto* timestamp = DynamicCastToGenerated<Timestamp>(&message)) {
    return TimeUtil::FromString(std::string(text), timestamp);
  }
  if (auto* duration = DynamicCastToGenerated<Duration>(&message)) {
    return IsDuration(text) && TimeUtil::FromString(std::string(text), duration) &&
           IsInRange(*duration);
  }
  if (auto* mask = DynamicCastToGenerated<FieldMask>(&message)) return ReadFieldMask(text, *mask);
  return false;
}

std::string WriteText(const Message& message) {
  if (const auto* timestamp = DynamicCastToGenerated<Timestamp>(&message)) {
    return TimeUtil::ToString(*timestamp);
  }
  if (const auto* duration = DynamicCastToGenerated<Duration>(&message)) {
    return TimeUtil::ToString(*duration);
  }
  if (const auto* mask = DynamicCastToGenerated<FieldMask>(&message)) return WriteFieldMask(*mask);
  return {};
}

std::unique_ptr<Message> NewFromTypeUrl(std::string_view type_url) {
  constexpr std::string_view kPrefix = "type.googleapis.com/";
  if (!type_url.starts_with(kPrefix)) return nullptr;
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
          std::string(type_url.substr(kPrefix.size())));
  if (descriptor == nullptr) return nullptr;
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
  return std::unique_ptr<Message>(prototype == nullptr ? nullptr : prototype->New());
}

}  // namespace zerotouch::json
