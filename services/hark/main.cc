#include <absl/synchronization/mutex.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "base/config/config.h"
#include "base/log/log.h"
#include "hark/audit_command.h"
#include "hark/ctl.h"
#include "hark/demo.h"
#include "hark/exit_status.h"
#include "hark/replay_command.h"
#include "hark/run.h"
#include "hark/simulate_command.h"
#include "hark/targets.h"
#include "hark/tell.h"
#include "hark/version.h"
#include "routing/config_check.h"

namespace hark {
namespace {

struct CommonFlags {
  std::string config_file;
  std::string data_dir;
  int port_base = 0;
};

Result<v1::Config> configuration(const CommonFlags& flags) {
  HARK_TRY(auto config, flags.config_file.empty()
                            ? Result<v1::Config>{default_config()}
                            : read_config_file(flags.config_file, &routing::check_config));
  if (!flags.data_dir.empty()) config.set_data_dir(flags.data_dir);
  if (flags.port_base > 0) config.mutable_listen()->set_port_base(flags.port_base);
  const auto problems = validate(config);
  if (problems.empty()) return config;
  std::string all;
  for (const auto& [field, what] : problems) all += (all.empty() ? "" : "\n") + field + ": " + what;
  return Error{Code::kInvalidArgument, Reason::kInvalidField, std::move(all)};
}

void add_common_flags(CLI::App& command, CommonFlags& flags) {
  command.add_option("--config", flags.config_file, "Configuration file (YAML); see `hark config default`");
  command.add_option("--data", flags.data_dir, "Folder of everything that Hark writes (default ./data)");
  command.add_option("--port-base", flags.port_base, "HTTP here, gRPC at +1, LMTP at +2 (default 7470)")
      ->check(CLI::Range(1, 65533));
}

int run(const CommonFlags& flags, std::vector<std::string> services, bool private_redis) {
  const EndSignals signals;  // before the log's thread starts
  auto config = configuration(flags);
  if (!config.ok()) return fail(config.error());
  start_logging({.level = parse_log_level(config->log().level()).value_or(LogLevel::kInfo),
                 .format = parse_log_format(config->log().format()).value_or(LogFormat::kAuto)});
  const RunOptions options{*std::move(config), std::move(services), private_redis, flags.config_file.empty()};
  const auto status = run_services(options, signals);
  stop_logging();
  return status.ok() ? 0 : fail(status.error());
}

int audit_store(const CommonFlags& flags, bool json) {
  const auto config = configuration(flags);
  if (!config.ok()) return fail(config.error());
  const auto clean = run_audit(*config, json);
  if (!clean.ok()) return fail(clean.error());
  return *clean ? 0 : kExitFailed;
}

std::string service_names() {
  std::string names;
  for (const Target& target : targets()) (names += names.empty() ? "" : ", ") += target.name;
  return names;
}

int check_config(const std::string& file) {
  const auto doubts = doubts_of_config_file(file, &routing::check_config, &routing::doubtful_config);
  if (!doubts.ok()) return fail(doubts.error());
  if (doubts->empty()) {
    std::printf("%s is in order.\n", file.c_str());
    return 0;
  }
  tell(*doubts);
  std::printf("%s can be used, but for the warnings it may not do what is meant.\n", file.c_str());
  return 0;
}

/// One line, and where to read on: of the command that was meant, as far as that can be told.
int wrong_use(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* meant = &app;
  std::string name = app.get_name();
  while (!meant->get_subcommands().empty()) {
    meant = meant->get_subcommands().front();
    name += " " + meant->get_name();
  }
  std::string what = error.what();
  if (const auto rest = meant->remaining(); meant->get_require_subcommand_min() > 0)
    what = rest.empty() ? "which command?" : "there is no command '" + rest.front() + "'";
  std::ranges::replace(what, '\n', ' ');
  std::fprintf(stderr, "%s: %s (see: %s --help)\n", name.c_str(), what.c_str(), name.c_str());
  return kExitUsage;
}

int main(int argc, char** argv) {
  // Debian builds Abseil so that every lock of gRPC is entered into a graph, in search of cycles.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app{"Hark: every customer heard once, answered on the channel they wrote on.", "hark"};
  app.require_subcommand(1);
  CommonFlags flags;
  std::vector<std::string> services;
  std::string file;
  int status = 0;

  auto* up = app.add_subcommand("up", "Run every service in this process, with a private Redis");
  add_common_flags(*up, flags);
  up->callback([&] { status = run(flags, {}, true); });

  auto* serve = app.add_subcommand("serve", "Run some services in this process");
  add_common_flags(*serve, flags);
  serve->add_option("service", services, service_names())->required();
  serve->callback([&] { status = run(flags, services, false); });

  auto* config = app.add_subcommand("config", "Check a configuration file, or print the default one");
  config->require_subcommand(1);
  auto* check = config->add_subcommand("check", "Say what is wrong with a file, and where");
  check->add_option("file", file)->required();
  check->callback([&] { status = check_config(file); });
  config->add_subcommand("default", "Print the complete default configuration, with comments")->callback([&] {
    std::fputs(default_yaml().c_str(), stdout);
  });

  DemoOptions play;
  auto* demo = app.add_subcommand("demo", "Play customers through the front doors of a running Hark");
  demo->add_option("--port-base", play.port_base, "As of `hark up` (default 7470)");
  demo->add_option("--to", play.mail_to, "Where they write to (default support@hark.localhost)");
  demo->add_option("--phone-account", play.phone_account, "Which number they call (default line)");
  demo->add_option("--chat-account", play.chat_account, "Which chat they use (default site)");
  demo->add_option("--bot-account", play.bot_account, "Which bot they write to on Telegram (default bot)");
  demo->add_option("--bot-api-port", play.bot_api_port, "Where that account's base_url leads (default 7479)");
  demo->add_option("--mails", play.mails, "How many at most");
  demo->add_option("--pause-ms", play.pause_ms, "Between two mails");
  demo->add_option("--listen-seconds", play.listen_seconds,
                   "How long to wait for answers after the last mail");
  demo->callback([&] {
    if (const auto played = run_demo(play); !played.ok()) status = fail(played.error());
  });

  bool json = false;
  auto* audit = app.add_subcommand("audit", "Check every promise on the store; exit status 1 on a finding");
  add_common_flags(*audit, flags);
  audit->add_flag("--json", json, "Print the report as JSON");
  audit->callback([&] { status = audit_store(flags, json); });

  add_replay(app, status);
  add_simulate(app, status);
  add_ctl(app, status);
  app.add_subcommand("version", "Print the version")->callback([] { std::printf("hark %s\n", kVersion); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return wrong_use(app, error);
  }
  return status;
}

}  // namespace
}  // namespace hark

int main(int argc, char** argv) { return hark::main(argc, argv); }
