// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/admin_table.h"

#include <gtest/gtest.h>

namespace zerotouch::daemon {
namespace {

Table Sample() {
  Table table({{"ID", "partnerId"}, {"NAME", "name"}, {"KEYS", "keyIds"}, {"OFF", "disabled"}});
  table.Add({int64_t{7}, "Größe \"A\"", std::vector<std::string>{"x", "y"}, true});
  table.Add({int64_t{1234}, "", std::vector<std::string>(), false});
  return table;
}

TEST(AdminTable, Text_IsAlignedUnderAHeader) {
  EXPECT_EQ(Sample().Text(),
            "ID    NAME       KEYS  OFF\n"
            "7     Größe \"A\"  x, y  yes\n"
            "1234                   no\n");
}

TEST(AdminTable, Text_HasNoControlCharacters) {
  Table table({{"NAME", "name"}, {"KEYS", "keyIds"}});
  table.Add({"a\x1b[2J\nb \xc2\x9b", std::vector<std::string>{"c\u202e", "d"}});
  EXPECT_EQ(table.Text(),
            "NAME                KEYS\n"
            "a\\x1b[2J\\nb \\u009b  c\\u202e, d\n");
}

TEST(AdminTable, Json_IsOneArray) {
  EXPECT_EQ(Sample().Json(),
            "[\n"
            "{\"partnerId\":\"7\",\"name\":\"Größe "
            "\\\"A\\\"\",\"keyIds\":[\"x\",\"y\"],\"disabled\":true},\n"
            "{\"partnerId\":\"1234\",\"name\":\"\",\"keyIds\":[],\"disabled\":false}\n"
            "]\n");
}

TEST(AdminTable, WithoutRows_IsStillOne) {
  const Table table({{"ID", "id"}, {"NAME", "name"}});
  EXPECT_EQ(table.Text(), "ID  NAME\n");
  EXPECT_EQ(table.Json(), "[]\n");
}

}  // namespace
}  // namespace zerotouch::daemon
