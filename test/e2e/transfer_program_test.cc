// SPDX-License-Identifier: Apache-2.0
// zerotouchd admin export, import and backup as programs: memory, failures and the
// files that they leave. With TEST_STORE=postgres, on PostgreSQL.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "store/archive/format.h"
#include "store/archive/writer.h"
#include "support/cli_process.h"
#include "support/postgres_cluster.h"
#include "support/server_process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

namespace archive = store::archive;
using testing::HasSubstr;

constexpr int64_t kDevices = 100'000;

// Memory limit of every command. (Sanitizers need a multiple.)
#ifdef ZEROTOUCH_SANITIZED
constexpr int64_t kPeakBytes = int64_t{2} << 30;
#else
constexpr int64_t kPeakBytes = int64_t{128} << 20;
#endif

// Writes rows of one table.
class Rows {
 public:
  Rows(archive::Writer& writer, std::string_view table) : writer_(writer) {
    for (const archive::Table& each : archive::Tables()) {
      if (each.name == table) table_ = &each;
    }
  }
  // Columns that `values` does not have are null.
  void Add(std::initializer_list<archive::Value> values) {
    std::vector<archive::Value> row(values);
    row.resize(table_->columns.size());
    const absl::Status status = writer_.Add({.table = table_, .values = row});
    ASSERT_TRUE(status.ok()) << status;
  }

 private:
  archive::Writer& writer_;
  const archive::Table* table_ = nullptr;
};

// Writes an archive of a partner with `devices` devices and a finished batch of them.
void WriteArchive(const std::string& path, int64_t devices) {
  std::ofstream file(path, std::ios::binary);
  archive::Writer writer([&](std::string_view bytes) {
    file << bytes;
    return absl::OkStatus();
  });
  ASSERT_TRUE(writer.Begin(3 * devices).ok());
  const int64_t zero = 0, one = 1, two = 2;
  Rows(writer, "partners").Add({one, "Reseller", zero, zero});
  Rows(writer, "customers").Add({two, "Customer", "o@example.com", "", "", two, zero, zero});
  Rows(writer, "partner_customers").Add({one, zero, two});
  Rows claims(writer, "claims");
  for (int64_t i = 1; i <= devices; ++i) {
    claims.Add({i, two, one, one, two, zero, zero, "", {}, {}, zero});
  }
  Rows(writer, "operations")
      .Add({one, one, int64_t{77}, one, devices, devices, devices, zero, zero, zero, zero,
            "robot@example.com"});
  const std::string request(400'000, 'r');
  Rows chunks(writer, "operation_chunks");
  for (int64_t i = 0; i < devices / 1'000; ++i) chunks.Add({int64_t{77}, i, request});
  Rows statements(writer, "statements");
  for (int64_t i = 1; i <= devices; ++i) {
    statements.Add({i, one,
                    std::string_view("\x12\x0f"
                                     "490154203237518"
                                     "\x1a\x06Google"),
                    "", zero});
  }
  Rows modems(writer, "modem_keys");
  for (int64_t i = 1; i <= devices; ++i) modems.Add({490'000'000'000'000 + i, i, one, {}});
  ASSERT_TRUE(writer.End().ok());
  ASSERT_TRUE(file.flush().good());
}

class TransferProgramTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = new TempDir();
    WriteArchive(LargeArchive(), kDevices);
    WriteArchive(SmallArchive(), 100);
  }
  static void TearDownTestSuite() { delete std::exchange(shared_, nullptr); }
  static std::string LargeArchive() { return *shared_ / "large.archive"; }
  static std::string SmallArchive() { return *shared_ / "small.archive"; }

  static bool IsOnPostgres() {
    const char* kind = std::getenv("TEST_STORE");
    return kind != nullptr && kind == std::string_view("postgres");
  }
  // Makes the commands use an empty database from now on.
  void TakeNewDatabase() {
    std::filesystem::remove(dir_ / "registry.db");
    database_ = IsOnPostgres() ? PostgresCluster::Shared().CreateDatabase()
                               : "sqlite://" + dir_ / "registry.db";
  }
  void SetUp() override { TakeNewDatabase(); }
  // The commands that write a file.
  static std::vector<std::string> Copying() {
    if (IsOnPostgres()) return {"export"};
    return {"export", "backup"};
  }

  ProgramRun Admin(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"admin", "--database", database_});
    return RunZerotouchd(arguments);
  }
  void Import(const std::string& file) const {
    const ProgramRun run = Admin({"import", "--from", file});
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }
  void ExpectFails(const std::vector<std::string>& arguments, const char* says) const {
    const ProgramRun run = Admin(arguments);
    EXPECT_EQ(run.exit_code, 1) << fmt::format("{}", fmt::join(arguments, " "));
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(says));
    const size_t errors = run.err.find("zerotouchd: ");
    EXPECT_EQ(std::count(run.err.begin() + static_cast<ptrdiff_t>(std::min(errors, run.err.size())),
                         run.err.end(), '\n'),
              1)
        << "one line: " << run.err;
  }
  // Expects an empty target: no registry, or an empty one.
  void ExpectEmpty() const {
    if (!IsOnPostgres() && !std::filesystem::exists(dir_ / "registry.db")) return;
    const ProgramRun run = Admin({"partners", "list", "--format", "json"});
    if (run.err.find("there is no registry") != std::string::npos) return;
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(run.out, "[]\n");
  }
  // Returns true if pages of an unfinished import are in the file.
  bool HasWritten() const {
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(dir_ / "registry.db", error);
    return !error && size > (uintmax_t{1} << 20);
  }
  // Starts an admin command. Returns while it is in the middle of its work.
  std::unique_ptr<CliProcess> Begin(std::vector<std::string> arguments,
                                    const std::string& at_work) const {
    arguments.insert(arguments.begin(), "admin");
    arguments.insert(arguments.end(), {"--database", database_});
    auto process =
        std::make_unique<CliProcess>(arguments, std::vector<std::string>{}, Program::kZerotouchd);
    EXPECT_TRUE(process->WaitForError(at_work)) << process->err();
    return process;
  }

  const TempDir dir_;
  std::string database_;

 private:
  static TempDir* shared_;
};

TempDir* TransferProgramTest::shared_ = nullptr;

TEST_F(TransferProgramTest, OneHundredThousandDevices_ExportAndImport_InLittleMemory) {
  const ProgramRun in = Admin({"import", "--from", LargeArchive()});
  ASSERT_EQ(in.exit_code, 0) << in.err;
  const ProgramRun out = Admin({"export", "--to", dir_ / "again.archive"});
  ASSERT_EQ(out.exit_code, 0) << out.err;
  std::vector<ProgramRun> runs = {in, out};
  if (!IsOnPostgres()) runs.push_back(Admin({"backup", "--to", dir_ / "copy.db"}));
  for (const ProgramRun& run : runs) {
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_LT(run.peak_memory_bytes, kPeakBytes);
    const size_t last = run.err.rfind('\n', run.err.size() - 2);
    std::cout << run.err.substr(last == std::string::npos ? 0 : last + 1, run.err.size() - 1)
              << "  peak " << (run.peak_memory_bytes >> 20) << " MiB\n";
  }
  // The archives differ in the secret, which the first one lacks.
  EXPECT_NEAR(static_cast<double>(std::filesystem::file_size(dir_ / "again.archive")),
              static_cast<double>(std::filesystem::file_size(LargeArchive())), 200);
}

TEST_F(TransferProgramTest, KilledInTheMiddle_LeavesNothing_AndTheNextOneWorks) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  bool had_written = false;
  for (int round = 0; round < 10; ++round) {
    const auto process = Begin({"import", "--from", LargeArchive()}, "import: ");
    if (round % 2 == 0 && !IsOnPostgres()) {
      WaitUntil([&] { return HasWritten() || process->HasEnded(); }, std::chrono::milliseconds(1));
    } else {
      LetRun(std::chrono::milliseconds(random() % 800));
    }
    process->Signal(SIGKILL);
    if (process->Wait() == 0) {  // it was faster
      TakeNewDatabase();
      continue;
    }
    if (IsOnPostgres()) continue;
    if (HasWritten()) {
      had_written = true;
      ExpectFails({"export", "--to", dir_ / "to"},
                  "is running or was interrupted; wait for it, or import again");
    }
    if (round % 3 != 0) ExpectEmpty();
  }
  EXPECT_TRUE(had_written || IsOnPostgres()) << "no kill came when pages were in the file";
  ExpectEmpty();
  Import(LargeArchive());
}

TEST_F(TransferProgramTest, Stopped_LeavesNothing) {
  {
    const auto process = Begin({"import", "--from", LargeArchive()}, "import: ");
    process->Signal(SIGINT);
    EXPECT_EQ(process->Wait(), 1);
    EXPECT_THAT(process->err(), HasSubstr("import was stopped; it left no changes"));
    ExpectEmpty();
  }
  Import(LargeArchive());
  for (const std::string& command : Copying()) {
    const auto process = Begin({command, "--to", dir_ / "to"}, fmt::format("{}: ", command));
    process->Signal(SIGTERM);
    if (process->Wait() == 0) {
      ADD_FAILURE() << command << " was over before it could be stopped";
      continue;
    }
    EXPECT_THAT(process->err(), HasSubstr(fmt::format("{} was stopped", command)));
    EXPECT_FALSE(std::filesystem::exists(dir_ / "to"));
    EXPECT_FALSE(std::filesystem::exists(dir_ / "to.part"));
  }
}

TEST_F(TransferProgramTest, DamagedArchives_AreRefused_AndLeaveNothing) {
  std::string bytes = ReadFile(SmallArchive());
  const std::string bad = dir_ / "bad.archive";
  const auto expect_refused = [&](const std::string& content, const char* says) {
    std::ofstream(bad, std::ios::binary) << content;
    ExpectFails({"import", "--from", bad}, says);
    ExpectEmpty();
  };
  for (const size_t at : {archive::kHeadBytes - 1, archive::kHeadBytes + 1, size_t{100},
                          bytes.size() / 2, bytes.size() - 100, bytes.size() - 1}) {
    SCOPED_TRACE(at);
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    expect_refused(damaged, "damaged");
    expect_refused(bytes.substr(0, at), "cut off");
  }
  expect_refused(bytes + "x", "damaged");
  expect_refused("PK\x03\x04", "is not an archive");
  expect_refused("", "is not an archive");
  uint32_t chain = 0;
  expect_refused(archive::EncodeHead({.format_version = 2}, chain), "newer zerotouchd");
  ExpectFails({"import", "--from", dir_ / "none"}, "No such file");
  ExpectFails({"import", "--from", dir_.path()}, "Is a directory");
  Import(SmallArchive());
  ExpectFails({"import", "--from", SmallArchive()}, "is not empty");
}

TEST_F(TransferProgramTest, FullDisk_IsAnError_AndLeavesNothing) {
  Import(LargeArchive());
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit limit = {.rlim_cur = 3 << 20, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  ExpectFails({"export", "--to", dir_ / "to"}, "free disk space");
  if (!IsOnPostgres()) {
    ExpectFails({"backup", "--to", dir_ / "to"}, "room");
    std::filesystem::rename(dir_ / "registry.db", dir_ / "full.db");
    ExpectFails({"import", "--from", LargeArchive()}, "the disk has room");
    ExpectEmpty();
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  for (const char* left : {"to", "to.part", "to.part-journal", "to.part-wal"}) {
    EXPECT_FALSE(std::filesystem::exists(dir_ / left)) << left;
  }
}

TEST_F(TransferProgramTest, Files_AreReadableOnlyByTheOwner_AndNotOverwrittenByAccident) {
  Import(SmallArchive());
  for (const std::string& command : Copying()) {
    const std::string file = dir_ / command;
    std::ofstream(file) << "mine";
    ExpectFails({command, "--to", file}, "already exists");
    EXPECT_EQ(ReadFile(file), "mine");
    EXPECT_EQ(Admin({command, "--to", file, "--overwrite"}).exit_code, 0);
    EXPECT_NE(ReadFile(file), "mine");
    struct stat info = {};
    ASSERT_EQ(stat(file.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    EXPECT_THAT(RunZerotouchd({"admin", command, "--help"}).out, HasSubstr("0600"));
  }
  ExpectFails({"export", "--to", dir_ / "none/file"}, "check the path");
}

TEST_F(TransferProgramTest, WithoutARegistry_DoesNotCreateOne) {
  for (const std::string& command : Copying()) {
    ExpectFails({command, "--to", dir_ / "to"}, "there is no registry");
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

}  // namespace
}  // namespace zerotouch::test
