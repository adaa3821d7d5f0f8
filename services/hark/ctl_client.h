#pragma once

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "hark/ctl_print.h"
#include "hark/v1/conversation_service.grpc.pb.h"

namespace hark {

constexpr std::chrono::seconds kCtlTimeout{20};

/// Of an option that counts something: a whole number of at least 1.
const CLI::Validator& positive_count();

/// What all commands of `hark ctl` have in common: whom they call, how they print, and how they end.
struct CtlClient {
  std::string address = "127.0.0.1:7471";
  std::string ca_file, token_file;
  bool json = false;
  std::string key;
  /// Exit status.
  int status = 0;

  /// With credentials that cannot be read there is nobody to call; the reason is told once.
  [[nodiscard]] std::shared_ptr<grpc::Channel> channel() const;
  /// Tells the error; 1.
  [[nodiscard]] int fail(const grpc::Status& result) const;
  /// The idempotency key that was given, or a new one.
  [[nodiscard]] std::string new_key() const;

  /// The conversation of any id, be it a ticket's or an entry's; prints nothing but an error, which says what
  /// kind of id there is none of.
  bool find_conversation(const std::string& any_id, v1::Conversation& out);
  /// The ticket of this id, or the open one of the conversation of another.
  bool find_ticket_id(const std::string& any_id, std::string& out);

  /// Whether these agents exist; empty ids mean nobody. Tells who does not. Routing alone knows them: where
  /// it does not answer, that is told, and they are taken as they are.
  bool knows_agents(const std::vector<std::string>& ids);

  /// Calls one unary method; on success prints with `print` or as JSON.
  template <class Stub, class Request, class Response, class Print>
  bool call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
            const Request& request, Response& response, Print print) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCtlTimeout);
    const auto result = (stub.*method)(&context, request, &response);
    if (!result.ok()) {
      status = fail(result);
      return false;
    }
    if (json) {
      std::puts(to_json(response).c_str());
    } else {
      print(response);
    }
    return true;
  }
};

}  // namespace hark
