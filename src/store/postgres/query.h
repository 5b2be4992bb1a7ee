// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_QUERY_H_
#define ZEROTOUCH_STORE_POSTGRES_QUERY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace zerotouch::store::postgres {

// A statement and the values of its parameters $1, $2, ... in order, in the binary
// format of the protocol (PostgreSQL, "Message Formats"; array_send). It copies
// the values.
class Query {
 public:
  // `sql` is one constant statement, which each session prepares once.
  explicit Query(const char* sql) : sql_(sql) {}

  Query& Int(int64_t value);
  Query& Bool(bool value);
  Query& Text(std::string_view value);
  Query& Bytes(std::string_view value);
  // Microseconds since 1970.
  Query& Time(absl::Time value);
  Query& Time(const std::optional<absl::Time>& value);
  // Binds NULL for 0.
  Query& IntOrNull(int64_t value);
  Query& OptionalInt(std::optional<int64_t> value);

  // Bind one-dimensional arrays.
  Query& Ints(std::span<const int64_t> values);
  Query& IntsOrNull(std::span<const int64_t> values);
  Query& OptionalInts(std::span<const std::optional<int64_t>> values);
  Query& Bools(const std::vector<bool>& values);
  Query& Texts(std::span<const std::string_view> values);
  Query& Blobs(std::span<const std::string> values);

  const char* sql() const { return sql_; }
  size_t size() const { return parameters_.size(); }
  uint32_t type(size_t i) const { return parameters_[i].type; }
  // Returns null for NULL. Valid until the query changes.
  const char* value(size_t i) const {
    return parameters_[i].null ? nullptr : bytes_.data() + parameters_[i].begin;
  }
  int length(size_t i) const { return static_cast<int>(parameters_[i].length); }

 private:
  struct Parameter {
    uint32_t type = 0;
    bool null = false;
    size_t begin = 0;
    size_t length = 0;
  };

  void Begin(uint32_t type) { parameters_.push_back({.type = type, .begin = bytes_.size()}); }
  Query& End() {
    parameters_.back().length = bytes_.size() - parameters_.back().begin;
    return *this;
  }
  void Append(uint64_t value, int bytes);
  void BeginArray(uint32_t array_type, uint32_t type, size_t size, bool nulls);
  void AppendElement(int64_t value);
  void AppendElement(std::string_view value);
  void AppendNullElement();

  const char* sql_;
  std::string bytes_;
  std::vector<Parameter> parameters_;
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_QUERY_H_
