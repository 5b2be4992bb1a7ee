// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_REPLICAS_REPLICAS_TEST_BASE_H_
#define ZEROTOUCH_TEST_REPLICAS_REPLICAS_TEST_BASE_H_

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "replicas/load.h"
#include "support/json_reader.h"
#include "support/postgres_cluster.h"
#include "support/server_process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::test {

// Items of a batch that takes long enough to be interrupted.
inline constexpr int kItems = 20'000;

// A sandbox with a data folder of its own, on a database that others use too.
class Replica {
 public:
  Replica(const std::string& database, const std::vector<std::string>& arguments);

  // Starts it, on the address that it had before if there was one.
  void Start();
  void Kill() { process_->Kill(); }
  // By SIGTERM; the exit code.
  int Terminate() { return process_->Terminate(); }
  // SIGSTOP and SIGCONT.
  void Pause() const;
  void Resume() const;

  // All that it has logged.
  std::string Log() const;
  pid_t pid() const { return process_->pid(); }
  const Sandbox& sandbox() const { return sandbox_; }
  const std::string& endpoint() const { return sandbox_.endpoint; }
  // The HTTP status of a probe.
  long Healthz() const;
  long Readyz() const;

 private:
  const TempDir dir_;
  std::vector<std::string> arguments_;
  std::unique_ptr<ServerProcess> process_;
  Sandbox sandbox_;
};

// A row of `operations`, as it is in the database.
struct StoredOperation {
  int64_t token = 0;
  int64_t items_done = 0;
  bool finished = false;
  std::string holder;
  int64_t accepted_us = 0, started_us = 0, finished_us = 0;
};

// Tests with several replicas on one database.
class ReplicasTest : public testing::Test {
 protected:
  // Starts `count` of them at the same moment, beside those that there are.
  // Without a URL, on a new database of the shared cluster.
  void StartReplicas(int count, const std::vector<std::string>& arguments = {},
                     const std::string& database = "");

  // Calls of the first reseller at a replica: its token is good at all of them.
  Answer Call(const Replica& replica, const std::string& method, const std::string& path,
              const std::string& body = "") const;
  Answer Get(const Replica& replica, const std::string& path) const {
    return Call(replica, "GET", path);
  }
  Answer Post(const Replica& replica, const std::string& path, const std::string& body) const {
    return Call(replica, "POST", path, body);
  }
  // The same of the second.
  Answer PostAsSecond(const Replica& replica, const std::string& path,
                      const std::string& body) const;
  // Clients of the first reseller at all replicas.
  std::unique_ptr<Load> StartLoad(int clients) const;
  // Waits until so many more calls of it were answered by 200.
  static void AwaitAnswers(const Load& load, int count);
  // Whether the registry holds what the load's answers said.
  void ExpectNothingLost(const Tally& tally) const;
  const Sandbox::Reseller& first() const { return replicas_[0]->sandbox().first; }
  const Sandbox::Reseller& second() const { return replicas_[0]->sandbox().second; }

  // Accepts a batch of the first reseller there; the operation's path.
  std::string Accept(const Replica& replica, const std::string& method,
                     const std::string& body) const;
  // Waits for its end; the operation.
  std::string AwaitDone(const Replica& replica, const std::string& path) const;

  // What the database says of an operation.
  StoredOperation Stored(const std::string& path) const;
  // Waits until a replica works at it and has done `items` of it. Returns that replica.
  Replica& AwaitWorker(const std::string& path, int64_t items) const;
  // Waits until another than `before`'s holder makes progress; how long that took.
  std::chrono::milliseconds AwaitTakeOver(const std::string& path,
                                          const StoredOperation& before) const;
  // Runs a statement on the replicas' database.
  std::string Sql(const std::string& sql) const { return cluster_->Run(sql, name_); }

  const PostgresCluster* cluster_ = nullptr;  // where the database is just now
  std::string database_;                      // its URL
  std::string name_;
  std::vector<std::unique_ptr<Replica>> replicas_;

 private:
  std::string token_, second_token_;
};

// The IMEI of a number.
std::string ImeiOf(int number);
// The body of a batch about the IMEIs of 0 to `count`, mixed.
std::string ClaimBody(int count, const std::string& customer);
std::string UnclaimBody(int count);
// The position of item i in it.
int NumberOfItem(int i, int count);
// That each item of such a batch has one result, in its place, and all succeeded.
void ExpectEachItemOnce(const std::string& operation, int count);

// Prints a figure for whoever reads the test's output.
void Report(const std::string& what, std::chrono::milliseconds time);

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_REPLICAS_REPLICAS_TEST_BASE_H_
