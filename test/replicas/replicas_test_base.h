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

// The size of a batch that runs long enough to be interrupted.
inline constexpr int kItems = 20'000;

// A sandbox server with its own data folder, on a shared database.
class Replica {
 public:
  Replica(const std::string& database, const std::vector<std::string>& arguments);

  // Starts the server, on its previous address if it has one.
  void Start();
  void Kill() { process_->Kill(); }
  // Sends SIGTERM and returns the exit code.
  int Terminate() { return process_->Terminate(); }
  // Send SIGSTOP and SIGCONT.
  void Pause() const;
  void Resume() const;

  // Returns the whole log.
  std::string Log() const;
  pid_t pid() const { return process_->pid(); }
  const Sandbox& sandbox() const { return sandbox_; }
  const std::string& endpoint() const { return sandbox_.endpoint; }
  // Return the HTTP status of a probe.
  long Healthz() const;
  long Readyz() const;

 private:
  const TempDir dir_;
  std::vector<std::string> arguments_;
  std::unique_ptr<ServerProcess> process_;
  Sandbox sandbox_;
};

// A row of `operations` in the database.
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
  // Starts `count` more replicas at the same time. Without a URL, they use a new
  // database of the shared cluster.
  void StartReplicas(int count, const std::vector<std::string>& arguments = {},
                     const std::string& database = "");

  // Call a replica as the first reseller, whose token every replica accepts.
  Answer Call(const Replica& replica, const std::string& method, const std::string& path,
              const std::string& body = "") const;
  Answer Get(const Replica& replica, const std::string& path) const {
    return Call(replica, "GET", path);
  }
  Answer Post(const Replica& replica, const std::string& path, const std::string& body) const {
    return Call(replica, "POST", path, body);
  }
  // Calls a replica as the second reseller.
  Answer PostAsSecond(const Replica& replica, const std::string& path,
                      const std::string& body) const;
  // Starts clients of the first reseller that call all replicas.
  std::unique_ptr<Load> StartLoad(int clients) const;
  // Waits until `count` more calls were answered with 200.
  static void AwaitAnswers(const Load& load, int count);
  // Expects every acknowledged change of the load in the registry.
  void ExpectNothingLost(const Tally& tally) const;
  const Sandbox::Reseller& first() const { return replicas_[0]->sandbox().first; }
  const Sandbox::Reseller& second() const { return replicas_[0]->sandbox().second; }

  // Sends a batch of the first reseller, and returns the operation's path.
  std::string Accept(const Replica& replica, const std::string& method,
                     const std::string& body) const;
  // Waits until the operation is done, and returns it.
  std::string AwaitDone(const Replica& replica, const std::string& path) const;

  // Reads the operation's row from the database.
  StoredOperation Stored(const std::string& path) const;
  // Waits until a replica has run `items` of it, and returns that replica.
  Replica& AwaitWorker(const std::string& path, int64_t items) const;
  // Waits until a holder other than `before`'s makes progress, and returns how long
  // that took.
  std::chrono::milliseconds AwaitTakeOver(const std::string& path,
                                          const StoredOperation& before) const;
  // Runs a statement on the replicas' database.
  std::string Sql(const std::string& sql) const { return cluster_->Run(sql, name_); }

  const PostgresCluster* cluster_ = nullptr;  // the server that has the database now
  std::string database_;                      // its URL
  std::string name_;
  std::vector<std::unique_ptr<Replica>> replicas_;

 private:
  std::string token_, second_token_;
};

// Returns the IMEI with this number.
std::string ImeiOf(int number);
// Return the body of a batch with the IMEIs 0 to `count`, shuffled.
std::string ClaimBody(int count, const std::string& customer);
std::string UnclaimBody(int count);
// Returns the number of the IMEI of item i.
int NumberOfItem(int i, int count);
// Expects one successful result for each item of such a batch, in its place.
void ExpectEachItemOnce(const std::string& operation, int count);

// Prints a measured time to the test's output.
void Report(const std::string& what, std::chrono::milliseconds time);

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_REPLICAS_REPLICAS_TEST_BASE_H_
