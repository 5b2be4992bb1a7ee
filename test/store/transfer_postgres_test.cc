// SPDX-License-Identifier: Apache-2.0
// Export and import of PostgreSQL registries.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "base/status_text.h"
#include "store/store.h"
#include "store/transfer.h"
#include "support/archive_rows.h"
#include "support/postgres_cluster.h"

namespace zerotouch::store {
namespace {

using testing::HasSubstr;

class TransferPostgresTest : public testing::Test {
 protected:
  std::string Ask(const std::string& sql) const {
    return cluster_.Run(sql, test::PostgresCluster::DatabaseOf(url_));
  }
  absl::Status ExportIt() const {
    test::RowKeeper keeper;
    return Export(url_, keeper);
  }
  static void ExpectError(const absl::Status& status, const char* says) {
    EXPECT_THAT(std::string(MessageOf(status)), HasSubstr(says));
  }

  test::PostgresCluster& cluster_ = test::PostgresCluster::Shared();
  const std::string url_ = cluster_.CreateDatabase();
};

// Fails if a table or a column is added and not added to archives.
TEST_F(TransferPostgresTest, ArchivesHaveEveryColumn_ButWhatIsThisStoresAlone) {
  ASSERT_TRUE(Open(url_, Clock::System()).ok());
  std::istringstream names(
      Ask("SELECT string_agg(table_name || '.' || column_name, ' ') "
          "FROM information_schema.columns WHERE table_schema = 'public'"));
  std::set<std::string> stored;
  for (std::string name; names >> name;) stored.insert(name);
  std::set<std::string> archived = {"registry_version.schema",
                                    "registry_version.oldest_program",
                                    "partners.last_number",
                                    "statements.version",
                                    "modem_keys.version",
                                    "serial_keys.version",
                                    "claims.version",
                                    "operations.lease_token",
                                    "operations.lease_until_us",
                                    "operations.lease_holder",
                                    "operations.trace_id",
                                    "webhook_deliveries.lease_token",
                                    "webhook_deliveries.lease_until_us",
                                    "registry_values.name",
                                    "registry_values.value",
                                    "quota_buckets.email",
                                    "quota_buckets.millionths",
                                    "quota_buckets.filled_us",
                                    "key_uses.email",
                                    "key_uses.key_id",
                                    "key_uses.used_us",
                                    "assertion_uses.email",
                                    "assertion_uses.digest",
                                    "assertion_uses.expires_us",
                                    "portal_sessions.id",
                                    "portal_sessions.email",
                                    "portal_sessions.name",
                                    "portal_sessions.group_names",
                                    "portal_sessions.is_account",
                                    "portal_sessions.created_us",
                                    "portal_sessions.used_us",
                                    "portal_sessions.expires_us"};
  for (const archive::Table& table : archive::Tables()) {
    if (table.is_retired()) continue;
    for (const archive::Column& column : table.columns) {
      archived.insert(fmt::format("{}.{}", table.name, column.name));
    }
  }
  EXPECT_EQ(stored, archived);
}

TEST_F(TransferPostgresTest, DatabaseWithoutARegistry_IsNotMadeOneToBeExported) {
  EXPECT_TRUE(absl::IsNotFound(ExportIt()));
  EXPECT_EQ(Ask("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"),
            "0");
}

TEST_F(TransferPostgresTest, NewerSchema_IsLeftToItsOwnProgram) {
  ASSERT_TRUE(Open(url_, Clock::System()).ok());
  Ask("UPDATE registry_version SET schema = 99");
  ExpectError(ExportIt(), "schema version 99");
  test::KeptRows none({});
  ExpectError(Import(url_, none), "schema version 99");
}

TEST_F(TransferPostgresTest, OtherProgramsDatabase_IsLeftAlone) {
  Ask("CREATE TABLE theirs (x int)");
  Ask("GRANT SELECT ON theirs TO PUBLIC");
  test::KeptRows none({});
  ExpectError(ExportIt(), "another program's tables");
  ExpectError(Import(url_, none), "another program's tables");
}

TEST_F(TransferPostgresTest, ServerThatIsNotThere_SaysWhatToDo_WithoutThePassword) {
  test::KeptRows none({});
  const absl::Status status = Import("postgresql://user:secret@127.0.0.1:1/database", none);
  ExpectError(status, "cannot reach the database");
  EXPECT_THAT(std::string(MessageOf(status)), testing::Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace zerotouch::store
