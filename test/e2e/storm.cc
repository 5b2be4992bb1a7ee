// SPDX-License-Identifier: Apache-2.0
#include "e2e/storm.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>

#include "support/gzip.h"
#include "support/http1_client.h"
#include "support/http2_client.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// All attackers have this address; other clients have 127.0.0.1.
constexpr char kAttacker[] = "127.0.0.2";

// How long an attack keeps open what it has opened.
constexpr milliseconds kHoldTime(1'500);

thread_local const char* current_attack = "";

using Connection = std::unique_ptr<SocketClient>;
using Connections = std::vector<Connection>;

Connection Connect(uint16_t port, int receive_buffer_bytes = 0) {
  return std::make_unique<SocketClient>(port, receive_buffer_bytes, kAttacker);
}

std::unique_ptr<Http2Client> ConnectByHttp2(uint16_t port) {
  return std::make_unique<Http2Client>(Connect(port));
}

// Returns the head of an HTTP/1.1 request. `fields` are lines.
std::string HeadOf(const std::string& method, const std::string& path, const std::string& token,
                   size_t body_bytes, const std::string& fields = "") {
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n{}", method, path, fields);
  if (!token.empty()) head += fmt::format("Authorization: Bearer {}\r\n", token);
  if (method == "POST") head += fmt::format("Content-Length: {}\r\n", body_bytes);
  return head + "\r\n";
}

std::string Post(const std::string& path, const std::string& token, const std::string& body,
                 const std::string& fields = "Content-Type: application/json\r\n") {
  return HeadOf("POST", path, token, body.size(), fields) + body;
}

// Returns a request of /batch with `count` times the same call.
std::string BatchOf(int count, const std::string& call) {
  std::string body;
  for (int i = 0; i < count; ++i) {
    body += "--b\r\nContent-Type: application/http\r\n\r\n" + call + "\r\n";
  }
  return Post("/batch", "", body + "--b--\r\n", "Content-Type: multipart/mixed; boundary=b\r\n");
}

// Returns a batch of unclaims of unknown devices.
std::string Unclaims(int count) {
  std::string body = R"({"unclaims":[)";
  for (int i = 0; i < count; ++i) {
    body += fmt::format(
        R"({}{{"deviceIdentifier":{{"serialNumber":"storm-{}","manufacturer":"M","model":"N"}},)"
        R"("sectionType":"SECTION_TYPE_ZERO_TOUCH"}})",
        i == 0 ? "" : ",", i);
  }
  return body + "]}";
}

// Returns the status of an answer; 0 if the connection is closed first.
int StatusOf(SocketClient& connection) { return Reader(connection).Next().status; }

}  // namespace

int64_t ResidentBytes(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::atoll(line.c_str() + 6) * 1024;
  }
  return 0;
}

MemoryWatch::MemoryWatch(pid_t pid)
    : thread_([this, pid] {
        while (!over_) {
          peak_bytes_ = std::max(peak_bytes_.load(), ResidentBytes(pid));
          LetRun(milliseconds(10));
        }
      }) {}

MemoryWatch::~MemoryWatch() {
  over_ = true;
  thread_.join();
}

Storm::Storm(const StormTarget& target) : target_(target) {
  constexpr std::pair<const char*, Attack> kAttacks[] = {
      {"bodies that are only declared", &Storm::DeclareBodies},
      {"open requests of tokens", &Storm::OpenTokenRequests},
      {"batches of documents", &Storm::AskForDocumentsInBatches},
      {"reflection that is not read", &Storm::ReflectWithoutReading},
      {"lists in a batch", &Storm::ListInBatch},
      {"small bodies that inflate", &Storm::SendGzipBombs},
      {"bodies without credentials", &Storm::SendBodiesWithoutCredentials},
      {"anonymous batches", &Storm::SendAnonymousBatches},
      {"readers that stall", &Storm::StallReaders},
      {"idle connections", &Storm::Idle},
      {"large batches", &Storm::SendLargeBatches},
      {"forged assertions", &Storm::ForgeAssertions},
      {"frames that do nothing", &Storm::FloodFrames},
  };
  for (const auto& [name, attack] : kAttacks) {
    threads_.emplace_back([this, name = name, attack = attack] { Repeat(name, attack); });
  }
}

void Storm::Stop() {
  over_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::map<std::string, std::map<int, int>> Storm::Answers() const {
  const MutexLock lock(mutex_);
  return answers_;
}

void Storm::Repeat(const char* name, Attack attack) {
  current_attack = name;
  do {
    (this->*attack)();
  } while (!over_);
}

void Storm::Note(int status, int count) {
  const MutexLock lock(mutex_);
  answers_[current_attack][status] += count;
}

void Storm::Hold() const {
  WaitUntil([this] { return over_.load(); }, milliseconds(50), kHoldTime);
}

void Storm::DeclareBodies() {
  Connections connections;
  for (int i = 0; i < 16; ++i) {
    connections.push_back(Connect(target_.port));
    connections.back()->Send(HeadOf("POST", "/batch", "", size_t{16} << 20,
                                    "Content-Type: multipart/mixed; boundary=b\r\n") +
                             "-");
  }
  Hold();
  Note(0, 16);
}

void Storm::OpenTokenRequests() {
  std::vector<std::unique_ptr<Http2Client>> clients;
  for (int i = 0; i < Scaled(11); ++i) {
    clients.push_back(ConnectByHttp2(target_.port));
    for (int j = 0; j < 100; ++j) {
      clients.back()->Ask("POST", "/token", {{"content-type", "application/x-www-form-urlencoded"}},
                          "grant_type=x",
                          /*ends=*/false);
    }
  }
  Hold();
  Note(0, Scaled(11) * 100);
}

void Storm::AskForDocumentsInBatches() {
  const std::string batch = BatchOf(1'000, "GET /$discovery/rest?version=v1 HTTP/1.1\r\n\r\n");
  Connections connections;
  for (int i = 0; i < Scaled(40); ++i) {
    connections.push_back(Connect(target_.port));
    connections.back()->Send(batch);
  }
  Hold();
  for (const Connection& connection : connections) Note(StatusOf(*connection));
}

void Storm::ReflectWithoutReading() {
  const std::unique_ptr<Http2Client> client = ConnectByHttp2(target_.port);
  client->SetReading(false);
  // file_containing_symbol of the largest service, framed.
  const std::string symbol =
      "google.android.device.provisioning.v1.AndroidDeviceProvisioningPartnerService";
  const std::string message = std::string("\x22") + static_cast<char>(symbol.size()) + symbol;
  std::string requests;
  for (int i = 0; i < 20'000; ++i) {
    requests += std::string(4, '\0') + static_cast<char>(message.size()) + message;
  }
  const int32_t stream = client->Ask(
      "POST", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      {{"content-type", "application/grpc"}, {"te", "trailers"}}, requests, /*ends=*/false);
  client->Until([&] { return client->answer(stream).status != 0; });
  Hold();
  Note(client->answer(stream).status);
}

void Storm::ListInBatch() {
  const std::string batch =
      BatchOf(1'000, fmt::format("GET {} HTTP/1.1\r\nAuthorization: Bearer {}\r\n\r\n",
                                 target_.configurations, target_.customer_token));
  Connections connections;
  for (int i = 0; i < Scaled(8); ++i) {
    connections.push_back(Connect(target_.port, 4096));
    connections.back()->Send(batch);
  }
  Hold();
  for (const Connection& connection : connections) Note(StatusOf(*connection));
}

void Storm::SendGzipBombs() {
  static const std::string bomb = [] {
    std::string body = R"({"unclaims":[{})";
    while (body.size() < (size_t{64} << 20) - 8) body += ",{}";
    return Gzip(body + "]}");
  }();
  Connections connections;
  for (int i = 0; i < Scaled(20); ++i) {
    connections.push_back(Connect(target_.port));
    connections.back()->Send(Post(target_.devices + ":unclaimAsync",
                                  i % 2 == 0 ? target_.customer_token : target_.token, bomb,
                                  "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"));
  }
  for (const Connection& connection : connections) Note(StatusOf(*connection));
}

void Storm::SendBodiesWithoutCredentials() {
  std::vector<std::unique_ptr<Http2Client>> clients;
  for (int i = 0; i < Scaled(11); ++i) {
    clients.push_back(ConnectByHttp2(target_.port));
    for (int j = 0; j < 100; ++j) {
      clients.back()->Ask("POST", target_.devices + ":unclaimAsync",
                          {{"content-type", "application/json"}}, std::string(60'000, ' '),
                          /*ends=*/false);
    }
  }
  Hold();
  Note(0, Scaled(11) * 100);
}

void Storm::SendAnonymousBatches() {
  const std::string batch = BatchOf(
      1'000, fmt::format("GET {}/{} HTTP/1.1\r\n\r\n", target_.devices, std::string(2'000, '1')));
  Connections connections;
  for (int i = 0; i < Scaled(24); ++i) {
    connections.push_back(Connect(target_.port));
    connections.back()->Send(batch);
  }
  for (const Connection& connection : connections) Note(StatusOf(*connection));
}

void Storm::StallReaders() {
  Connections connections;
  for (int i = 0; i < Scaled(400); ++i) {
    connections.push_back(Connect(target_.port, 4096));
    connections.back()->Send(HeadOf("GET", target_.operation, target_.token, 0));
  }
  Hold();
  Note(0, Scaled(400));
}

void Storm::Idle() {
  Connections connections;
  for (int i = 0; i < Scaled(4'200); ++i) connections.push_back(Connect(target_.port));
  Hold();
  Note(0, Scaled(4'200));
}

void Storm::SendLargeBatches() {
  static const std::string body = Unclaims(Scaled(100'000));
  Connections connections;
  for (int i = 0; i < 20; ++i) {
    connections.push_back(Connect(target_.port));
    connections.back()->Send(Post(target_.devices + ":unclaimAsync", target_.token, body));
  }
  for (const Connection& connection : connections) Note(StatusOf(*connection));
  // Accepted batches run for a while; once is enough.
  WaitUntil([this] { return over_.load(); });
}

void Storm::ForgeAssertions() {
  const std::string form =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=e30.e30.AAAA";
  const Connection connection = Connect(target_.port);
  Reader reader(*connection);
  for (int i = 0; i < Scaled(400); ++i) {
    connection->Send(
        Post("/token", "", form, "Content-Type: application/x-www-form-urlencoded\r\n"));
    Note(reader.Next().status);
  }
}

void Storm::FloodFrames() {
  const Connection connection = Connect(target_.port);
  connection->Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  connection->Send(std::string(3, '\0') + '\x04' + std::string(5, '\0'));  // SETTINGS
  // Frames of a type that nobody knows.
  const std::string frame = std::string(3, '\0') + '\x77' + std::string(5, '\0');
  for (int i = 0; i < 20'000; ++i) {
    if (!connection->Send(frame)) break;
  }
  connection->ReceiveAll();
  Note(0);
}

double WellBehaved::Percentile(double part) const {
  if (times.empty()) return 0;
  std::vector<std::chrono::microseconds> sorted = times;
  std::sort(sorted.begin(), sorted.end());
  const auto at = static_cast<size_t>(static_cast<double>(sorted.size() - 1) * part);
  return std::chrono::duration<double, std::milli>(sorted[at]).count();
}

Clients::Clients(int count, const std::function<std::string(int, int)>& make) {
  for (int client = 0; client < count; ++client) {
    threads_.emplace_back([this, client, make] {
      for (int i = 0; !over_; ++i) {
        const auto begun = steady_clock::now();
        const std::string error = make(client, i);
        const auto took =
            std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun);
        const MutexLock lock(mutex_);
        ++result_.calls;
        result_.times.push_back(took);
        if (!error.empty() && result_.wrong.size() < 20) result_.wrong.push_back(error);
      }
    });
  }
}

WellBehaved Clients::Stop() {
  over_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  const MutexLock lock(mutex_);
  return result_;
}

}  // namespace zerotouch::test
