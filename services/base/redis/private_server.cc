#include "base/redis/private_server.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "base/redis/file_lock.h"

extern char** environ;

namespace hark::redis {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kLoadTimeout =
    10min;  // a large append-only file takes a while, and the server says that it is loading
constexpr auto kStopTimeout = 60s;
constexpr auto kPollInterval = 5ms;
/// From this size on the append-only file is rewritten whenever it has doubled. It loads four times slower
/// than its rewritten form, so this bounds how long a start takes.
constexpr const char* kRewriteFrom = "128mb";
/// Longest path of a unix socket that Linux takes (sun_path).
constexpr std::size_t kSocketPathMax = 107;

Error failed(std::string message) {
  return {Code::kUnavailable, Reason::kStoreUnavailable, std::move(message)};
}

struct Answer {
  bool there = false;  // somebody listens, whether or not they answer
  bool reachable = false;
  bool loading = false;
  int pid = 0;
};

/// Asks a server on the socket who it is. Blocking: only called while a process starts or ends.
Answer ask(const fs::path& socket) {
  const std::unique_ptr<redisContext, void (*)(redisContext*)> context{
      redisConnectUnixWithTimeout(socket.c_str(), timeval{1, 0}), &redisFree};
  if (!context || context->err) return {};
  Answer answer{.there = true};
  redisSetTimeout(context.get(), timeval{2, 0});
  const std::unique_ptr<redisReply, void (*)(void*)> reply{
      static_cast<redisReply*>(redisCommand(context.get(), "INFO")), &freeReplyObject};
  if (!reply || (reply->type != REDIS_REPLY_STRING)) return answer;
  const std::string_view info{reply->str, reply->len};
  answer.reachable = true;
  answer.loading = info.find("\nloading:1") != std::string_view::npos;
  if (const auto at = info.find("process_id:"); at != std::string_view::npos) {
    std::from_chars(info.data() + at + 11, info.data() + info.size(), answer.pid);
  }
  return answer;
}

std::string last_lines(const fs::path& log) {
  std::ifstream file{log};
  std::string line, kept[5];
  std::size_t count = 0;
  while (std::getline(file, line)) kept[count++ % 5] = line;
  std::string out;
  for (std::size_t i = count > 5 ? count - 5 : 0; i < count; ++i) out += "\n  " + kept[i % 5];
  return out;
}

/// Debian's redis-tools holds the whole program; its name decides what it does.
std::string find_program() {
  for (const char* path :
       {"/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/redis-check-rdb"}) {
    if (::access(path, X_OK) == 0) return path;
  }
  return {};
}

Result<int> spawn(const std::string& program, std::vector<std::string> args, int lock) {
  std::vector<char*> argv;
  for (auto& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A process group of its own: Ctrl-C reaches hark alone, which drains before it stops its store.
  // And its own signals: hark blocks SIGTERM in all of its threads, the server must see it.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  // The lock, and none of our sockets: the server outlives us, and would keep our ports.
  posix_spawn_file_actions_adddup2(&actions, lock, 3);
  posix_spawn_file_actions_addclosefrom_np(&actions, 4);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return failed("cannot start " + program + ": " + std::strerror(error));
  return pid;
}

/// Of nobody who lives: the socket that is there is a dead one's.
Result<int> launch(const fs::path& folder, const fs::path& socket, bool fsync_always, const FileLock& lock) {
  const auto program = find_program();
  if (program.empty())
    return failed("redis-server is not installed; install Debian's redis-tools or set redis.url");
  std::error_code error;
  fs::remove(socket, error);
  return spawn(program,
               {"redis-server",
                "--port",
                "0",
                "--unixsocket",
                socket.string(),
                "--unixsocketperm",
                "700",
                "--dir",
                folder.string(),
                "--logfile",
                (folder / "redis.log").string(),
                "--pidfile",
                (folder / "redis.pid").string(),
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                fsync_always ? "always" : "everysec",
                "--latency-tracking",
                "no",
                "--maxmemory-policy",
                "noeviction",
                "--stream-node-max-bytes",
                "16384",
                "--rdbcompression",
                "no",
                "--daemonize",
                "no",
                "--auto-aof-rewrite-min-size",
                kRewriteFrom,
                "--proc-title-template",
                "{title} {unixsocket}"},
               lock.fd());
}

}  // namespace

Result<PrivateServer> PrivateServer::start(const Options& options) {
  std::error_code error;
  fs::create_directories(options.folder, error);
  const auto folder = fs::canonical(options.folder, error);
  if (error) return failed("cannot use the folder " + options.folder.string() + ": " + error.message());
  const auto socket = folder / "redis.sock";
  const auto log = folder / "redis.log";
  if (socket.string().size() > kSocketPathMax) {
    return failed("the path of the data folder is too long for a unix socket (" + socket.string() +
                  "); use a shorter --data");
  }

  bool adopted = true;
  int child = 0;
  const auto give_up = std::chrono::steady_clock::now() + kLoadTimeout;
  while (std::chrono::steady_clock::now() < give_up) {
    const auto answer = ask(socket);
    if (answer.reachable && !answer.loading) return PrivateServer{socket, answer.pid, adopted};
    if (child != 0 && ::waitpid(child, nullptr, WNOHANG) == child) {
      return failed("the private redis-server ended while starting; the end of " + log.string() + ":" +
                    last_lines(log));
    }
    if (child == 0 && !answer.there) {
      // Its server holds it for as long as it lives: two servers on the same files destroy them, and one that
      // does not answer now may only be slow.
      const FileLock lock{folder / "redis.lock"};
      if (lock.trouble() != 0)
        return failed("cannot write to the folder " + folder.string() + ": " + std::strerror(lock.trouble()));
      if (lock.held()) {
        HARK_TRY(child, launch(folder, socket, options.fsync_always, lock));
        adopted = false;
      }
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return failed("the private redis-server did not become ready; the end of " + log.string() + ":" +
                last_lines(log));
}

PrivateServer::PrivateServer(PrivateServer&& other) noexcept
    : socket_{std::move(other.socket_)}, pid_{std::exchange(other.pid_, 0)}, adopted_{other.adopted_} {}

PrivateServer::~PrivateServer() = default;

bool PrivateServer::alive() const {
  if (pid_ == 0) return false;
  ::waitpid(pid_, nullptr, WNOHANG);  // reaps it if it was our child
  return ::kill(pid_, 0) == 0;
}

void PrivateServer::stop() {
  if (pid_ == 0) return;
  const int pid = std::exchange(pid_, 0);
  ::kill(pid, SIGTERM);
  const auto give_up = std::chrono::steady_clock::now() + kStopTimeout;
  while (std::chrono::steady_clock::now() < give_up) {
    ::waitpid(pid, nullptr, WNOHANG);  // ours or adopted: either way kill tells whether it is gone
    if (::kill(pid, 0) != 0) return;
    std::this_thread::sleep_for(kPollInterval);
  }
}

}  // namespace hark::redis
