// SPDX-License-Identifier: Apache-2.0
#include "json/field_table.h"

#include <memory>
#include <unordered_map>

#include "base/mutex.h"

namespace zerotouch::json {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

using Tables = std::unordered_map<const Descriptor*, std::unique_ptr<FieldTable>>;

Form FormOf(const Descriptor& descriptor) {
  switch (descriptor.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_ANY:
      return Form::kAny;
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return Form::kTimestamp;
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return Form::kDuration;
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return Form::kFieldMask;
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      return Form::kStruct;
    case Descriptor::WELLKNOWNTYPE_VALUE:
      return Form::kValue;
    case Descriptor::WELLKNOWNTYPE_LISTVALUE:
      return Form::kListValue;
    case Descriptor::WELLKNOWNTYPE_UNSPECIFIED:
      return Form::kObject;
    default:
      return Form::kWrapper;
  }
}

Field Describe(const FieldDescriptor& descriptor) {
  Field field;
  field.descriptor = &descriptor;
  field.number = descriptor.number();
  field.type = descriptor.type();
  field.cpp_type = descriptor.cpp_type();
  field.is_map = descriptor.is_map();
  field.is_repeated = descriptor.is_repeated() && !field.is_map;
  if (const auto* oneof = descriptor.real_containing_oneof()) {
    field.oneof_bit = uint64_t{1} << (oneof->index() % 64);
  }
  field.quoted_name = '"' + descriptor.json_name() + "\":";
  return field;
}

// A type may contain itself, so its table is stored before its fields are known.
const FieldTable& Build(const Descriptor& descriptor, Tables& tables) {
  std::unique_ptr<FieldTable>& slot = tables[&descriptor];
  if (slot != nullptr) return *slot;
  slot = std::make_unique<FieldTable>();
  FieldTable& table = *slot;
  table.form = FormOf(descriptor);
  table.fields.reserve(static_cast<size_t>(descriptor.field_count()));
  for (int i = 0; i < descriptor.field_count(); ++i) {
    if (i > 0 && descriptor.field(i)->number() < descriptor.field(i - 1)->number()) {
      table.is_in_order = false;
    }
    Field& field = table.fields.emplace_back(Describe(*descriptor.field(i)));
    if (const Descriptor* type = field.descriptor->message_type()) {
      field.message = &Build(*type, tables);
    }
    const auto number = static_cast<size_t>(field.number);
    if (number >= table.numbers.size()) table.numbers.resize(number + 1);
    table.numbers[number] = &field;
    const std::string& json_name = field.descriptor->json_name();
    const std::string& name = field.descriptor->name();
    table.names.emplace_back(json_name, &field);
    if (name != json_name) table.names.emplace_back(name, &field);
  }
  return table;
}

// The tables of all types that were asked for.
class TableCache {
 public:
  const FieldTable& Of(const Descriptor& descriptor) ZT_EXCLUDES(mutex_) {
    {
      ReaderLock lock(mutex_);
      const auto found = tables_.find(&descriptor);
      if (found != tables_.end()) return *found->second;
    }
    WriterLock lock(mutex_);
    return Build(descriptor, tables_);
  }

 private:
  SharedMutex mutex_;
  Tables tables_ ZT_GUARDED_BY(mutex_);
};

}  // namespace

// A linear search is faster than hashing: a type has about ten names of different
// lengths.
const Field* FieldTable::Find(std::string_view name) const {
  for (const auto& [known, field] : names) {
    if (known == name) return field;
  }
  return nullptr;
}

const FieldTable& TableOf(const Descriptor& descriptor) {
  static TableCache& cache = *new TableCache;
  return cache.Of(descriptor);
}

}  // namespace zerotouch::json
