#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "phone/core/call.h"

/// What Twilio Voice sends and wants to hear, without sending anything.
/// https://www.twilio.com/docs/voice/twiml, https://www.twilio.com/docs/usage/webhooks/webhooks-security
namespace hark::phone::twilio {

constexpr std::size_t kFieldsMax = 400;

/// The fields of a form, as they came; a name may stand there more than once.
using Form = std::vector<std::pair<std::string, std::string>>;

/// Nothing if an escape is broken, or there are more than 400 fields.
std::optional<Form> read_form(std::string_view body);
/// The first of that name; empty if there is none.
std::string_view field(const Form& form, std::string_view name);

/// Whether the signature is right for this URL with any of: the port as given, left out, or the scheme's own
/// put in. A body that is no form is proved by its digest in the URL's query (bodySHA256). In constant time.
bool proves(std::string_view auth_token, std::string_view url, const Form& form, std::string_view signature);
bool proves_body(std::string_view auth_token, std::string_view url, std::string_view body,
                 std::string_view signature);

/// What a webhook of ours was about: the URLs that we give to Twilio say so themselves.
struct About {
  std::string what;  // empty: a customer's call, or its status
  std::string call;
  std::string leg;
};

/// What it says; nothing if it says nothing that matters. `now`: Twilio's times are only exact to seconds,
/// and not always there.
std::vector<Event> read(const About& about, const Form& form, TimePoint now);

/// What a customer's call has come to, as the REST API gives its status; nothing while it goes on.
std::optional<Event> ended_by(std::string_view status, TimePoint now);

/// <Response> documents.
std::string say_nothing();
/// The customer waits in a queue of their own, until an agent's leg dials it.
std::string let_wait(std::string_view call, std::string_view wait_url, std::string_view left_url);
/// What is heard there, once through: Twilio then asks again. `position`: their place, said first; 0:
/// unknown.
std::string wait(int position);
/// Music without end, for who is on hold.
std::string music();
/// An agent's number was answered, by them or by their carrier's voicemail: only they can press a key.
std::string ask_for_key(std::string_view key_url);
/// Into a room, where all hear each other. It closes when its owner leaves; whoever is left does what
/// `after_url` answers.
std::string room(std::string_view name, bool owner, std::string_view after_url);
/// The agent has answered: their customer's phone rings.
std::string dial(std::string_view number, std::string_view our_number, int seconds,
                 std::string_view status_url, std::string_view after_url);
std::string take_voicemail(std::string_view recorded_url, std::string_view transcribed_url);
std::string hang_up();
/// Soon, by the same webhook.
std::string ask_again(std::string_view url);

/// "a=b&c=d", encoded.
std::string write_form(const Form& form);

/// What Twilio answered to a request of ours.
struct Answer {
  bool done = false;
  bool again = false;  // later it may work
  std::string sid;     // of the call
  std::string detail;  // its words
  bool gone = false;   // there is no such call any more
  std::string status;  // of the call
};
Answer judge(int status, std::string_view body);
/// Of a call, from the list that Twilio gives of them; those that are finished. Without their places.
std::vector<Recording> read_recordings(std::string_view body);

}  // namespace hark::phone::twilio
