#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "phone/core/call.h"

/// What Asterisk says over its REST interface's WebSocket, without a connection.
/// https://docs.asterisk.org/Latest_API/API_Documentation/Asterisk_REST_Interface/Asterisk_REST_Data_Models/
namespace hark::phone::ari {

/// Whose channel it is. The customer's has the call's id; those that we made carry their leg's.
struct Place {
  std::string call;
  std::string leg;  // empty: the customer's
};
Place place_of(std::string_view channel);

struct News {
  Place place;
  Event event;
};

struct Reading {
  enum class Kind {
    kNothing,  // of no interest here
    kNews,
    kReplaced,  // another client took our application over
    kBroken,    // no event of Asterisk's
  };
  Kind kind = Kind::kNothing;
  std::vector<News> news;
};

Reading read(std::string_view message, TimePoint now);

/// A channel, as GET /channels lists it.
struct Channel {
  std::string id;
  bool up = false;
  std::string app;  // whose Stasis it is in; empty: none
  Arrived arrival;
};
/// Nothing if it is no list of channels.
std::optional<std::vector<Channel>> read_channels(std::string_view body);

/// "message" of {"message": "..."}, as refusals carry it.
std::string refusal_of(std::string_view body);

/// Name of the recording that a customer leaves.
std::string recording_name(std::string_view call);

}  // namespace hark::phone::ari
