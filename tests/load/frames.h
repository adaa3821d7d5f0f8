#pragma once

#include <google/protobuf/util/json_util.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "web_sockets.h"

/// Frames of the WebSockets: messages of the contract as proto3 JSON.
namespace hark::load {

inline std::string json(const google::protobuf::Message& message) {
  std::string out;
  if (!google::protobuf::util::MessageToJsonString(message, &out).ok())
    throw std::logic_error("a frame is no JSON");
  return out;
}

template <class Message>
Message parsed(std::string_view text) {
  Message out;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece{text.data(), text.size()}, &out, options);
  if (!status.ok())
    throw std::runtime_error("a frame that is not of the contract: " + std::string{text.substr(0, 200)});
  return out;
}

/// Reads frames until one is what is waited for; refusals end the measurement.
template <class Message, class Wanted>
Message heard(WebSockets::Socket& socket, Wanted wanted) {
  for (;;) {
    auto frame = parsed<Message>(socket.hear());
    if (frame.has_failed())
      throw std::runtime_error(frame.failed().reason() + ": " + frame.failed().message());
    if (wanted(frame)) return frame;
  }
}

}  // namespace hark::load
