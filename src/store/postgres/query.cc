// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/query.h"

namespace zerotouch::store::postgres {
namespace {

// Types by their fixed numbers (pg_type.dat).
constexpr uint32_t kBool = 16;
constexpr uint32_t kBytea = 17;
constexpr uint32_t kInt8 = 20;
constexpr uint32_t kText = 25;
constexpr uint32_t kBoolArray = 1000;
constexpr uint32_t kByteaArray = 1001;
constexpr uint32_t kTextArray = 1009;
constexpr uint32_t kInt8Array = 1016;

std::optional<int64_t> Micros(const std::optional<absl::Time>& time) {
  if (!time.has_value()) return std::nullopt;
  return absl::ToUnixMicros(*time);
}

}  // namespace

void Query::Append(uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    bytes_.push_back(static_cast<char>(value >> shift));
  }
}

Query& Query::Int(int64_t value) { return OptionalInt(value); }

Query& Query::IntOrNull(int64_t value) {
  return OptionalInt(value == 0 ? std::nullopt : std::optional(value));
}

Query& Query::OptionalInt(std::optional<int64_t> value) {
  Begin(kInt8);
  parameters_.back().null = !value.has_value();
  if (value.has_value()) Append(static_cast<uint64_t>(*value), 8);
  return End();
}

Query& Query::Bool(bool value) {
  Begin(kBool);
  Append(value, 1);
  return End();
}

Query& Query::Text(std::string_view value) {
  Begin(kText);
  bytes_ += value;
  return End();
}

Query& Query::Bytes(std::string_view value) {
  Begin(kBytea);
  bytes_ += value;
  return End();
}

Query& Query::Time(absl::Time value) { return Int(absl::ToUnixMicros(value)); }
Query& Query::Time(const std::optional<absl::Time>& value) { return OptionalInt(Micros(value)); }

void Query::BeginArray(uint32_t array_type, uint32_t type, size_t size, bool nulls) {
  Begin(array_type);
  Append(1, 4);  // dimensions
  Append(nulls, 4);
  Append(type, 4);
  Append(size, 4);
  Append(1, 4);  // the first index
}

void Query::AppendElement(int64_t value) {
  Append(8, 4);
  Append(static_cast<uint64_t>(value), 8);
}

void Query::AppendElement(std::string_view value) {
  Append(value.size(), 4);
  bytes_ += value;
}

void Query::AppendNullElement() { Append(0xffffffff, 4); }

Query& Query::Ints(std::span<const int64_t> values) {
  BeginArray(kInt8Array, kInt8, values.size(), false);
  for (const int64_t value : values) AppendElement(value);
  return End();
}

Query& Query::IntsOrNull(std::span<const int64_t> values) {
  BeginArray(kInt8Array, kInt8, values.size(), true);
  for (const int64_t value : values) {
    if (value == 0) {
      AppendNullElement();
    } else {
      AppendElement(value);
    }
  }
  return End();
}

Query& Query::OptionalInts(std::span<const std::optional<int64_t>> values) {
  BeginArray(kInt8Array, kInt8, values.size(), true);
  for (const std::optional<int64_t>& value : values) {
    if (value.has_value()) {
      AppendElement(*value);
    } else {
      AppendNullElement();
    }
  }
  return End();
}

Query& Query::Bools(const std::vector<bool>& values) {
  BeginArray(kBoolArray, kBool, values.size(), false);
  for (const bool value : values) {
    Append(1, 4);
    Append(value, 1);
  }
  return End();
}

Query& Query::Texts(std::span<const std::string_view> values) {
  BeginArray(kTextArray, kText, values.size(), false);
  for (const std::string_view value : values) AppendElement(value);
  return End();
}

Query& Query::Blobs(std::span<const std::string> values) {
  BeginArray(kByteaArray, kBytea, values.size(), false);
  for (const std::string& value : values) AppendElement(std::string_view(value));
  return End();
}

}  // namespace zerotouch::store::postgres
