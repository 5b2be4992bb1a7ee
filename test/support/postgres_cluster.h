// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_POSTGRES_CLUSTER_H_
#define ZEROTOUCH_TEST_SUPPORT_POSTGRES_CLUSTER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace zerotouch::test {

// A PostgreSQL server for tests: Debian's postgresql-15, with a cluster in a
// temporary folder, on a free loopback port. It runs as the user `postgres` if the
// tests run as root, else as the current user. It is stopped by the destructor,
// and also if the test program is killed. Failures end the test program with a
// line that says why.
class PostgresCluster {
 public:
  struct Options {
    // Sync commits to disk, as in production; for measurements. Commits survive
    // Kill() either way.
    bool fsync = false;
    // More lines of postgresql.conf.
    std::vector<std::string> settings = {};
  };

  // Creates and starts a server. It is killed if the calling thread ends. The
  // options also apply to its standby.
  explicit PostgresCluster(const Options& options);
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // Returns the server that all tests of a program share, started on first use.
  static PostgresCluster& Shared();

  // Creates a database, owned by a role that is not a superuser, and returns the
  // URL for that role.
  std::string CreateDatabase();
  // Return the URL for the database on this server, or on the one of this server
  // and `other` that is writable.
  std::string UrlOf(const std::string& database) const;
  std::string UrlOf(const std::string& database, const PostgresCluster& other) const;
  static std::string DatabaseOf(const std::string& url);

  // Runs a statement as superuser in `database`. Returns its first value as text.
  std::string Run(const std::string& sql, const std::string& database = "postgres") const;

  // Sends SIGKILL to the server and all its children.
  void Kill();
  // Shuts the server down, ending its sessions.
  void Stop();
  // Starts it again, on the same port.
  void Start();
  // Send SIGSTOP and SIGCONT to the server and all its children. Queries and new
  // sessions wait meanwhile. The server continues if the thread that called Pause
  // ends.
  void Pause();
  void Resume();

  // Starts the only standby of this server. Afterwards commits wait until the
  // standby has them on disk.
  std::unique_ptr<PostgresCluster> MakeStandby();
  // Promotes a standby to a primary.
  void Promote();

  int port() const { return port_; }

 private:
  // Makes a standby without starting it.
  PostgresCluster(const Options& options, const PostgresCluster& primary);

  std::string data() const { return dir_ / "data"; }
  // Returns the connection string of the superuser.
  std::string SuperuserAt(const std::string& database) const;
  void OwnFolder();
  void Configure();
  // Returns false if the port was taken.
  bool TryStart();
  bool IsReady() const;
  void HoldAll();
  void EndWaker();

  TempDir dir_;
  const Options options_;
  int port_ = 0;
  pid_t pid_ = -1;
  pid_t waker_ = -1;  // while it is paused
  int databases_ = 0;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_POSTGRES_CLUSTER_H_
