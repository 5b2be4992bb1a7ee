// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/daemon.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <thread>

#include "auth/account_cache.h"
#include "auth/audience.h"
#include "auth/authenticator.h"
#include "auth/call_quota.h"
#include "auth/issuers.h"
#include "auth/key_uses.h"
#include "auth/oidc.h"
#include "auth/portal_sessions.h"
#include "auth/token_endpoint.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "batch/engine.h"
#include "http/server.h"
#include "http/tls.h"
#include "sandbox/box.h"
#include "sandbox/registry_controls.h"
#include "service/services.h"
#include "store/database_url.h"
#include "store/store.h"
#include "terminal/sandbox_variables.h"
#include "webhook/sender.h"
#include "wire/api.h"
#include "wire/api_methods.h"
#include "wire/grpc/handler.h"
#include "wire/portal/portal.h"
#include "wire/registry_methods.h"
#include "wire/sandbox_methods.h"
#include "zerotouchd/child_command.h"
#include "zerotouchd/endpoint.h"
#include "zerotouchd/files.h"
#include "zerotouchd/issuer_keys.h"
#include "zerotouchd/memory_return.h"
#include "zerotouchd/notify.h"
#include "zerotouchd/process.h"
#include "zerotouchd/production.h"
#include "zerotouchd/sandbox_registry.h"
#include "zerotouchd/sign_in.h"
#include "zerotouchd/span_exporter.h"
#include "zerotouchd/tls_files.h"
#include "zerotouchd/watch.h"

namespace zerotouch::daemon {
namespace {

// How long the last writes of a server that stops may wait, such as those that
// release leases.
constexpr absl::Duration kLastWait = absl::Seconds(1);

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Returns at SIGTERM or SIGINT. SIGHUP calls `reload`; without `reload` SIGHUP, which
// a closed terminal sends, is like SIGTERM.
void WaitForStop(const std::function<void()>& reload) {
  const sigset_t signals = StopSignals();
  sigset_t all = signals;
  sigaddset(&all, SIGHUP);
  int signal = 0;
  sigwait(&all, &signal);
  while (signal == SIGHUP && reload) {
    reload();
    sigwait(&all, &signal);
  }
  log::Info("shutting down; send the signal again to stop immediately", {{"signal", signal}});
  std::thread([signals] {
    int second = 0;
    sigwait(&signals, &second);
    _Exit(1);
  }).detach();
}

RegistryRules RulesOf(const Settings& settings) {
  RegistryRules rules;
  rules.identity.lenient = settings.lenient_identifiers;
  rules.more_metadata_keys.insert(settings.metadata_keys.begin(), settings.metadata_keys.end());
  return rules;
}

// Adds methods to a table.
using MoreMethods = std::function<void(wire::MethodTable&)>;

// The seams around the server, which are empty in `serve`.
struct Around {
  const Clock& clock = Clock::System();
  const sandbox::CallSeam& seam = sandbox::NoSeam();
  batch::Pace* pace = nullptr;
  batch::ItemFaults item_faults;
  MoreMethods more_methods;  // beside those of the API
  RereadSettings reread;     // null: the settings stay
};

batch::EngineOptions EngineOptionsOf(const Settings& settings, const Around& around) {
  batch::EngineOptions options;
  options.pace = around.pace;
  options.item_faults = around.item_faults;
  options.workers = settings.operation_workers;
  options.memory_bytes = settings.memory_limit / limits::kBatchPart;
  options.items_per_second = settings.operation_items_per_second;
  return options;
}

http::ServerOptions ServerOptionsOf(const Settings& settings,
                                    std::shared_ptr<const http::TlsContext> tls) {
  http::ServerOptions options;
  options.tls = std::move(tls);
  options.listen = settings.listen;
  options.threads = settings.threads;
  options.worker_threads = settings.worker_threads;
  options.body_bytes = settings.max_body_bytes;
  options.admission = http::AdmissionLimits::Of(settings.memory_limit);
  return options;
}

auth::TokenQuota TokenQuotaOf(const Settings& settings, bool sandbox) {
  return {.per_minute =
              settings.token_quota_per_minute.value_or(sandbox ? 0 : limits::kTokensPerAccount),
          .per_peer = settings.token_quota_per_peer.value_or(sandbox ? 0 : limits::kTokensPerPeer)};
}

// Returns where webhooks may lead. A sandbox protects nothing, and its receivers are tests.
webhook::Policy WebhookPolicyOf(const Settings& settings, bool sandbox) {
  webhook::Policy policy{.any_url = sandbox, .allowed = {}, .ca_file = settings.webhook_ca};
  for (const std::string& block : settings.webhook_allow) {
    policy.allowed.push_back(*webhook::AddressBlock::Parse(block));
  }
  return policy;
}

wire::MethodTable MethodsOf(service::Services& services, const MoreMethods& more) {
  wire::MethodTable table = wire::ApiMethods(services);
  if (more) more(table);
  return table;
}

void Print(const std::string& line) {
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

// The whole server on one store. A member uses only members before it.
class Daemon {
 public:
  // All that `around` refers to must outlive it.
  Daemon(const Settings& settings, std::unique_ptr<store::Store> store,
         std::vector<auth::Issuer> issuers, const Around& around, bool sandbox)
      : settings_(settings),
        is_sandbox_(sandbox),
        reread_(around.reread),
        rules_(RulesOf(settings)),
        store_(std::move(store)),
        audience_("", sandbox),
        accounts_(*store_),
        authenticator_(accounts_, around.clock, audience_),
        quota_(settings.quota_per_100s.value_or(sandbox ? 0 : limits::kCallsPerQuotaPeriod),
               // Only one server has a SQLite registry.
               store::IsPostgresUrl(settings.database) ? store_.get() : nullptr, around.clock),
        uses_(*store_),
        issuers_(std::move(issuers), FetchKeySet, around.clock),
        tokens_(*store_, accounts_, around.clock, audience_, TokenQuotaOf(settings, sandbox)),
        engine_(*store_, rules_, around.clock, EngineOptionsOf(settings, around)),
        sender_(*store_, around.clock, WebhookPolicyOf(settings, sandbox)),
        services_(*store_, engine_, rules_, audience_, around.clock,
                  WebhookPolicyOf(settings, sandbox)),
        methods_(MethodsOf(services_, around.more_methods)),
        api_(methods_, authenticator_, tokens_, *store_, Clock::System(), around.seam),
        grpc_(
            methods_, authenticator_, settings.max_body_bytes, [this] { return api_.CheckReady(); },
            Clock::System(), api_.dispatch(), api_.guard(), api_, around.seam),
        sessions_(*store_, accounts_, around.clock, sandbox),
        portal_(*store_, sessions_, api_.guard(), wire::EmbeddedPortal(),
                methods_.HasOpenMethods()) {
    authenticator_.SetQuota(quota_);
    services_.service_accounts.SetQuota(quota_);
    authenticator_.SetKeyUses(uses_);
    authenticator_.SetIssuers(issuers_);
    tokens_.SetKeyUses(uses_);
    if (settings.portal) {
      authenticator_.SetSessions(sessions_);
      api_.SetPortal(portal_);
    }
  }

  // Lets people sign in to the portal, if the settings name a provider. INVALID_ARGUMENT says
  // what to change. Call it before Start.
  absl::Status SetUpSignIn() {
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->Read());
    ZT_ASSIGN_OR_RETURN(const std::string secret, snapshot->ServerSecret());
    ZT_ASSIGN_OR_RETURN(oidc_, MakeOidcClient(settings_, secret));
    if (oidc_ != nullptr) portal_.SetOidc(*oidc_);
    return absl::OkStatus();
  }

  batch::Engine& engine() { return engine_; }

  // Listens and starts the batch workers; without TLS if `tls` is null. Returns the
  // endpoint for clients.
  absl::StatusOr<Endpoint> Start(const std::shared_ptr<const http::TlsContext>& tls) {
    ZT_RETURN_IF_ERROR(watch_.Start(settings_.metrics_listen));
    ZT_ASSIGN_OR_RETURN(server_, http::Server::Start(ServerOptionsOf(settings_, tls), grpc_));
    watch_.SetServer(server_.get());
    if (tls != nullptr) watch_.SetCertificateEnd(tls->valid_until());
    ListenAddress address = *ParseListenAddress(settings_.listen);
    address.port = server_->port();
    if (is_sandbox_ && !IsLoopback(address)) {
      log::Warning(
          "other machines can reach this sandbox, and its companies and controls are not "
          "protected; listen on 127.0.0.1, or keep the port private");
    } else if (tls == nullptr && !IsLoopback(address)) {
      log::Warning(
          "other machines can reach this address, and it has no TLS; give --tls-certificate and "
          "--tls-key, or use a TLS proxy in front of it");
    }
    Endpoint endpoint = settings_.public_url.empty() ? EndpointAt(address, tls != nullptr)
                                                     : *ParsePublicUrl(settings_.public_url);
    audience_.SetEndpoint(endpoint.http);
    api_.SetRootUrl(endpoint.http);
    portal_.SetRootUrl(endpoint.http);
    engine_.Start();
    sender_.Start();
    return endpoint;
  }

  // Runs until a stop signal.
  void Run() {
    NotifyServiceManager("READY=1");
    // A service manager means SIGHUP as a reload, whatever there is to reload.
    if (settings_.tls_certificate.empty() && !HasServiceManager()) {
      WaitForStop({});
    } else {
      WaitForStop([this] { Reload(); });
    }
  }

  void Stop() {
    NotifyServiceManager("STOPPING=1");
    api_.SetDraining();
    // Writes that wait for a stuck store must not outlast the drain.
    const absl::Duration drain = absl::Seconds(settings_.drain_seconds);
    store_->ShortenWaits(std::max(drain / 3, kLastWait));
    server_->Drain(drain);
    store_->ShortenWaits(kLastWait);
    sender_.Stop();
    engine_.Stop();
    watch_.SetServer(nullptr);
    server_.reset();
  }

 private:
  void Reload() {
    NotifyServiceManager("RELOADING=1");
    if (reread_) ReloadSettings();
    if (!settings_.tls_certificate.empty()) ReloadTls();
    NotifyServiceManager("READY=1");
  }

  void ReloadSettings() {
    const absl::StatusOr<Settings> read = reread_();
    if (!read.ok()) {
      log::Warning("cannot read the settings; keeping the current ones",
                   {{"error", std::string(MessageOf(read.status()))}});
      return;
    }
    settings_.log_level = read->log_level;
    settings_.access_log = read->access_log;
    // A port with TLS keeps it, and one without stays without.
    if (read->tls_certificate.empty() == settings_.tls_certificate.empty()) {
      settings_.tls_certificate = read->tls_certificate;
      settings_.tls_key = read->tls_key;
      settings_.tls_client_ca = read->tls_client_ca;
    }
    SetLog(settings_, is_sandbox_);
    if (settings_ == *read) {
      log::Info("settings read");
    } else {
      log::Warning("settings read; some of the changed ones take effect after a restart");
    }
  }

  void ReloadTls() {
    const absl::Status is_private = is_sandbox_ ? absl::OkStatus() : CheckSettingsFiles(settings_);
    auto tls = is_private.ok() ? ReadTls(settings_) : is_private;
    if (tls.ok()) {
      watch_.SetCertificateEnd((*tls)->valid_until());
      server_->UseTls(*std::move(tls));
    } else {
      log::Warning("cannot load the new TLS certificate; keeping the current one",
                   {{"error", std::string(MessageOf(tls.status()))}});
    }
  }

  Settings settings_;  // after Start changed by ReloadSettings only
  const bool is_sandbox_;
  const RereadSettings reread_;
  const RegistryRules rules_{};
  const std::unique_ptr<store::Store> store_;
  auth::Audience audience_;
  auth::AccountCache accounts_;
  auth::Authenticator authenticator_;
  auth::CallQuota quota_;
  auth::KeyUses uses_;
  auth::Issuers issuers_;
  auth::TokenEndpoint tokens_;
  batch::Engine engine_;
  webhook::Sender sender_;
  service::Services services_;
  const wire::MethodTable methods_;
  wire::Api api_;
  wire::grpc::Handler grpc_;
  auth::PortalSessions sessions_;
  std::unique_ptr<auth::OidcClient> oidc_;  // null: nobody can sign in at a provider
  wire::Portal portal_;
  const MemoryReturn memory_return_;
  const SpanExporter span_exporter_{settings_.otlp_endpoint};
  Watch watch_{*store_, [this] { return api_.CheckReady(); }};
  std::unique_ptr<http::Server> server_;
};

// Runs the server until a stop signal, or until the command of --exec has ended. Returns
// the exit code.
absl::StatusOr<int> RunUntilDone(Daemon& daemon, const Settings& settings,
                                 const std::string& ready) {
  if (settings.exec.empty()) {
    Print(ready);
    daemon.Run();
    return 0;
  }
  ZT_ASSIGN_OR_RETURN(const Variables variables, terminal::SandboxVariables(ready));
  return RunChildCommand(settings.exec, variables);
}

// Returns the seams that these controls act at.
Around AroundOf(sandbox::Box& box, sandbox::RegistryControls& registry) {
  return {.clock = box.clock,
          .seam = box.seam,
          .pace = &box.pace,
          .item_faults =
              [&box](const store::OperationHead& head, const google::protobuf::Message& item) {
                return box.FaultOfItem(head, item);
              },
          .more_methods =
              [&box, &registry](wire::MethodTable& table) {
                wire::AddSandboxMethods(box, table);
                wire::AddRegistryMethods(registry, table);
              }};
}

// Adds the fault rules of a seed, which was checked.
absl::Status AddFaults(sandbox::Box& box, const std::vector<sandbox::proto::Fault>& faults) {
  for (const sandbox::proto::Fault& fault : faults) {
    ZT_RETURN_IF_ERROR(box.faults.Add(fault).status());
  }
  return absl::OkStatus();
}

// Returns what a reset and a restore do beside the registry and the clock. `running` is the
// server, once there is one.
sandbox::StateHooks HooksOf(sandbox::Box& box, SandboxRegistry& registry,
                            const std::atomic<Daemon*>& running) {
  return {.registry_replaced =
              [&running, &box] {
                if (Daemon* const daemon = running) daemon->engine().Wake();
                box.keeper.KeepNow();
                return absl::OkStatus();
              },
          .reset = [&box, &registry](const std::string& note) -> absl::Status {
            sandbox::proto::Seed seed;
            if (!seed.ParseFromString(note)) {
              return absl::DataLossError("the kept seed is damaged");
            }
            box.faults.DeleteAll();
            box.pace.SetItemsPerSecond(0);
            box.pace.Resume();
            box.log.Clear();
            ZT_RETURN_IF_ERROR(AddFaults(box, {seed.faults().begin(), seed.faults().end()}));
            return registry.RestoreKeys();
          }};
}

// Continues from the controls that were kept in the folder, or begins with the fault rules
// of a new seed, and keeps the controls there.
absl::Status KeepControls(sandbox::Box& box, const std::string& dir,
                          const std::vector<sandbox::proto::Fault>& new_faults) {
  const std::string path = dir + "/controls.json";
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const absl::Status loaded = box.keeper.Load(std::move(text));
  if (!loaded.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{} is damaged ({}); delete it to start without fault rules and with the real "
                    "time",
                    path, MessageOf(loaded)));
  }
  box.keeper.Start(
      [path](std::string_view kept, bool durable) { return ReplaceFile(path, kept, durable); });
  // A first start that did not come to its end has left them there.
  if (new_faults.empty() || !box.faults.List().empty()) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(AddFaults(box, new_faults));
  box.keeper.KeepNow();
  return absl::OkStatus();
}

}  // namespace

void BlockStopSignals() {
  sigset_t signals = StopSignals();
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

absl::StatusOr<int> RunSandbox(const Settings& settings) {
  const log::Writer log_writer;
  PrepareProcess(settings, /*sandbox=*/true);
  ZT_RETURN_IF_ERROR(CheckMetricsListener(settings));
  ZT_RETURN_IF_ERROR(CheckAuthorityFiles(settings));
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const http::TlsContext> tls, ReadTls(settings));
  ZT_ASSIGN_OR_RETURN(std::vector<auth::Issuer> issuers, ReadIssuers(settings));
  const RegistryRules rules = RulesOf(settings);
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<SandboxRegistry> registry,
                      SandboxRegistry::Open(settings, rules));
  sandbox::Box box(settings.operation_items_per_second);
  std::atomic<Daemon*> running = nullptr;
  sandbox::RegistryControls registry_controls(
      box.clock, registry->store(), registry->url(), rules, [&] { return registry->TokenUri(); },
      HooksOf(box, *registry, running));
  Daemon daemon(settings, registry->TakeStore(), std::move(issuers),
                settings.controls ? AroundOf(box, registry_controls) : Around(),
                /*sandbox=*/true);
  running = &daemon;
  box.SetCustomersOf([&](const std::string& email) { return registry->CustomersOf(email); });
  box.controls.clock.SetCatchUp([&] { daemon.engine().DeleteOld(); });
  if (settings.controls)
    ZT_RETURN_IF_ERROR(KeepControls(box, registry->dir(), registry->SeedFaults()));
  if (settings.controls && store::IsPostgresUrl(registry->url())) {
    log::Warning(
        "fault rules, clock, pause, speed and the log of calls are those of this server only: "
        "other servers on this database have their own, and run operations that are paused here; "
        "snapshots, state:reset and tenants are those of the database");
  }
  ZT_ASSIGN_OR_RETURN(const Endpoint endpoint, daemon.Start(tls));
  const absl::StatusOr<std::string> line = registry->Publish(endpoint);
  const absl::StatusOr<int> code =
      line.ok() ? RunUntilDone(daemon, settings, *line) : line.status();
  daemon.Stop();
  box.keeper.Stop();
  return code;
}

absl::Status RunServe(const Settings& settings, RereadSettings reread) {
  const log::Writer log_writer;
  PrepareProcess(settings, /*sandbox=*/false);
  if (settings.database.empty()) return NoDatabase();
  ZT_RETURN_IF_ERROR(CheckListener(settings));
  ZT_RETURN_IF_ERROR(CheckMetricsListener(settings));
  ZT_RETURN_IF_ERROR(CheckSettingsFiles(settings));
  ZT_RETURN_IF_ERROR(CheckAuthorityFiles(settings));
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const http::TlsContext> tls, ReadTls(settings));
  ZT_ASSIGN_OR_RETURN(std::vector<auth::Issuer> issuers, ReadIssuers(settings));
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<store::Store> store,
                      store::Open(settings.database, Clock::System()));
  ZT_RETURN_IF_ERROR(CheckRegistryFiles(settings));
  Around around;
  around.reread = std::move(reread);
  Daemon daemon(settings, std::move(store), std::move(issuers), around, /*sandbox=*/false);
  ZT_RETURN_IF_ERROR(daemon.SetUpSignIn());
  ZT_ASSIGN_OR_RETURN(const Endpoint endpoint, daemon.Start(tls));
  Print(fmt::format("{{\"endpoint\":\"{}\",\"grpcEndpoint\":\"{}\"}}\n", endpoint.http,
                    endpoint.grpc));
  daemon.Run();
  daemon.Stop();
  return absl::OkStatus();
}

}  // namespace zerotouch::daemon
