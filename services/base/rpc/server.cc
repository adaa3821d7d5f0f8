#include "base/rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include "base/core/url.h"

namespace hark::rpc {
namespace {

int ms(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

/// Of both ends. Streams are quiet for hours, so no number of pings without data is too many.
template <class Arguments>
void put(const Keepalive& keepalive, Arguments set) {
  set(GRPC_ARG_KEEPALIVE_TIME_MS, ms(keepalive.every));
  set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ms(keepalive.answer_within));
  set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  set(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
}

}  // namespace

Server::Server() = default;
Server::~Server() { shutdown(std::chrono::milliseconds{0}); }

void Server::add(grpc::Service& service, std::string name) {
  services_.emplace_back(&service, std::move(name));
}

Status Server::start(const Options& options) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  const std::string address = host_and_port(options.host, options.port);
  builder.AddListeningPort(address, server_credentials(options.security), &port_);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  put(options.keepalive, [&](const char* name, int value) { builder.AddChannelArgument(name, value); });
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, ms(kPingsEveryMin));
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(kMessageBytesMax);
  for (const auto& [service, name] : services_) builder.RegisterService(service);
  server_ = builder.BuildAndStart();
  if (!server_ || port_ == 0) {
    server_.reset();
    return Error{Code::kUnavailable, Reason::kInvalidField,
                 "cannot listen for gRPC on " + address + "; is another hark running? Try --port-base"};
  }
  return {};
}

void Server::set_serving(bool serving) {
  if (!server_) return;
  auto* health = server_->GetHealthCheckService();
  health->SetServingStatus(serving);
  for (const auto& [service, name] : services_) health->SetServingStatus(name, serving);
}

void Server::shutdown(std::chrono::milliseconds grace) {
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now() + grace);
  server_->Wait();
  server_.reset();
}

std::shared_ptr<grpc::Channel> Server::in_process() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  return server_->InProcessChannel(arguments);
}

std::shared_ptr<grpc::Channel> connect(const std::string& address, const Security& security,
                                       const std::string& name, const Keepalive& keepalive) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetMaxSendMessageSize(kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  put(keepalive, [&](const char* argument, int value) { arguments.SetInt(argument, value); });
  if (!name.empty()) arguments.SetSslTargetNameOverride(name);
  return grpc::CreateCustomChannel(address, channel_credentials(security), arguments);
}

}  // namespace hark::rpc
