// SPDX-License-Identifier: Apache-2.0
#include "json/wire_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace zerotouch::json {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<int> FieldsOf(std::string_view wire) {
  std::vector<int> fields;
  Record record;
  for (RecordReader reader(wire); reader.Next(record);) fields.push_back(record.field);
  return fields;
}

TEST(RecordReader, ReadsValuesOfEachType) {
  const std::string wire("\x08\x96\x01\x12\x02hi\x1D\x01\x02\x00\x00\x21\x01\0\0\0\0\0\0\x01", 21);
  EXPECT_THAT(FieldsOf(wire), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(LastRecord(wire, 1).value, 150U);
  EXPECT_EQ(LastRecord(wire, 2).bytes, "hi");
  EXPECT_EQ(LastRecord(wire, 2).wire, "\x12\x02hi");
  EXPECT_EQ(LastRecord(wire, 3).value, 0x201U);
  EXPECT_EQ(LastRecord(wire, 4).value, 0x100000000000001U);
  EXPECT_EQ(LastRecord(wire, 5).field, 0);
}

TEST(RecordReader, LastOfTwo_Counts) { EXPECT_EQ(LastRecord("\x08\x01\x08\x02", 1).value, 2U); }

TEST(RecordReader, Groups_AreSkipped) {
  // 1: 1, a group 2 with 3: 1 and a group 4 in it, 5: 1.
  EXPECT_THAT(FieldsOf("\x08\x01\x13\x18\x01\x23\x24\x14\x28\x01"), ElementsAre(1, 5));
}

TEST(RecordReader, EndsAtBytesThatAreNoRecord) {
  EXPECT_THAT(FieldsOf("\x08\x01\x12\x05hi"), ElementsAre(1));
  EXPECT_THAT(FieldsOf("\x08\x01\x1D\x01"), ElementsAre(1));
  EXPECT_THAT(FieldsOf("\x08"), IsEmpty());
  EXPECT_THAT(FieldsOf(std::string(11, '\xFF')), IsEmpty());
  EXPECT_THAT(FieldsOf("\x08\x01\x0F"), ElementsAre(1));
}

}  // namespace
}  // namespace zerotouch::json
