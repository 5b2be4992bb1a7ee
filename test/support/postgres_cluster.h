// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_POSTGRES_CLUSTER_H_
#define ZEROTOUCH_TEST_SUPPORT_POSTGRES_CLUSTER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace zerotouch::test {

// A PostgreSQL server of the tests' own: Debian's postgresql-15, a cluster in a
// temporary folder, on a free port of the loopback, run as the user `postgres`
// when the tests run as root, and as whoever runs them otherwise. It ends with
// the object, and with the test program however that ends. What cannot be done
// ends the test program with a line that says why.
class PostgresCluster {
 public:
  struct Options {
    // Whether it waits for the disk, as it does in production: for what is
    // measured. What is committed outlives Kill() either way.
    bool fsync = false;
    // More lines of postgresql.conf.
    std::vector<std::string> settings = {};
  };

  // Makes and starts one, and ends it if the thread that did so ends. What is in
  // `options` holds for its standby too.
  explicit PostgresCluster(const Options& options);
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // One for all tests of a program, made when it is first asked for.
  static PostgresCluster& Shared();

  // Makes a database of its own, owned by a role that is no superuser, and
  // returns the URL by which that role uses it.
  std::string CreateDatabase();
  // The URL for the same database here, or on whichever of this one and `other`
  // can be written to.
  std::string UrlOf(const std::string& database) const;
  std::string UrlOf(const std::string& database, const PostgresCluster& other) const;
  static std::string DatabaseOf(const std::string& url);

  // Runs a statement as superuser, in `database`; its first value, as text.
  std::string Run(const std::string& sql, const std::string& database = "postgres") const;

  // SIGKILL for the server and all its children.
  void Kill();
  // A shutdown that ends sessions but keeps what is committed.
  void Stop();
  // Starts it again, on the same port.
  void Start();
  // SIGSTOP and SIGCONT for the server and all its children. What is sent
  // meanwhile waits for an answer; so does a new session. Goes on if the thread
  // that called Pause ends.
  void Pause();
  void Resume();

  // A copy that follows this server, its only one; from the return on, this
  // one's commits wait until the copy has them on its disk.
  std::unique_ptr<PostgresCluster> MakeStandby();
  // Makes a standby a server of its own.
  void Promote();

  int port() const { return port_; }

 private:
  // A copy, not started yet.
  PostgresCluster(const Options& options, const PostgresCluster& primary);

  std::string data() const { return dir_ / "data"; }
  // What superuser connects with.
  std::string SuperuserAt(const std::string& database) const;
  void OwnFolder();
  void Configure();
  // False if the port was taken by another.
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
