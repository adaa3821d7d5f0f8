// What the machine can do, without Hark.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "base/redis/private_server.h"
#include "drivers.h"
#include "latencies.h"

namespace hark::load {

Report fsyncs(const std::filesystem::path& folder, double seconds) {
  const auto path = folder / "fdatasync.bin";
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot write " + path.string());
  const std::array<char, 512> block{};
  Latencies latencies;
  const auto began = steady_now();
  auto now = began;
  while (seconds_between(began, now) < seconds) {
    if (::write(file, block.data(), block.size()) != static_cast<ssize_t>(block.size()) ||
        ::fdatasync(file) != 0) {
      ::close(file);
      throw std::runtime_error("cannot write to " + path.string());
    }
    const auto done = steady_now();
    latencies.add(done - now);
    now = done;
  }
  ::close(file);
  ::unlink(path.c_str());
  Report report;
  report.add("per_second", static_cast<double>(latencies.count()) / seconds_between(began, now));
  latencies.into(report);
  return report;
}

Report redis_load(const std::filesystem::path& folder) {
  const auto began = steady_now();
  auto server = redis::PrivateServer::start({.folder = folder});
  if (!server.ok()) throw std::runtime_error(server.error().message);
  Report report;
  report.add("seconds", seconds_between(began, steady_now()));
  server->stop();
  return report;
}

}  // namespace hark::load
