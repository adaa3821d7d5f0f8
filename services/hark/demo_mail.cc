#include "hark/demo_mail.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <ctime>
#include <istream>

namespace hark {
namespace {

namespace asio = boost::asio;

std::string date_now() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char out[64];
  std::strftime(out, sizeof out, "%a, %d %b %Y %H:%M:%S +0000", &utc);
  return out;
}

/// One conversation line by line; every answer may have several lines, the last without '-' after its code.
class Lmtp {
 public:
  explicit Lmtp(asio::io_context& context) : socket_{context} {}

  void connect(const std::string& host, int port) {
    asio::ip::tcp::resolver resolver{socket_.get_executor()};
    asio::connect(socket_, resolver.resolve(host, std::to_string(port)));
  }
  std::string answer() {
    for (;;) {
      asio::read_until(socket_, buffer_, "\r\n");
      std::istream in{&buffer_};
      std::string line;
      std::getline(in, line);
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.size() < 4 || line[3] != '-') return line;
    }
  }
  std::string say(std::string_view line) {
    asio::write(socket_, asio::buffer(std::string{line} + "\r\n"));
    return answer();
  }

 private:
  asio::ip::tcp::socket socket_;
  asio::streambuf buffer_;
};

std::string dot_stuffed(std::string_view mail) {
  std::string out;
  bool line_start = true;
  for (const char c : mail) {
    if (line_start && c == '.') out += '.';
    out += c;
    line_start = c == '\n';
  }
  return out;
}

}  // namespace

const std::vector<DemoCustomer>& demo_customers() {
  static const std::vector<DemoCustomer> all{
      {"Ilze Kalniņa",
       "ilze.kalnina@example.lv",
       "Kettle stopped after two days",
       {"Hello,\n\nthe kettle I bought from you on Monday no longer heats. Order 48213.\nWhat now?\n\nIlze",
        "Sorry, I forgot: it is the blue one, and I still have the box.\n\nIlze"},
       "Wonderful, thank you for the quick answer!\n\nIlze"},
      {"Marek Nowak",
       "marek.nowak@example.pl",
       "Faktura za październik",
       {"Dzień dobry,\n\nnie dostałem faktury za październik. Czy mogą Państwo wysłać ją jeszcze "
        "raz?\n\nMarek Nowak"},
       "Dziękuję, już mam.\n\nMarek"},
      {"Анна Петрова",
       "anna.petrova@example.com",
       "Не приходит письмо с паролем",
       {"Здравствуйте!\n\nЯ трижды просила восстановить пароль, но письмо не приходит. Помогите, "
        "пожалуйста.\n\nАнна"},
       "Спасибо, всё заработало!\n\nАнна"},
      {"Jānis Bērziņš",
       "janis.berzins@example.lv",
       "Piegāde uz citu adresi",
       {"Labdien!\n\nVai varu mainīt piegādes adresi pasūtījumam 48377? Esmu pārvācies.\n\nJānis"},
       "Paldies par ātru atbildi!\n\nJānis"},
      {"Grace Okafor",
       "grace@example.org",
       "Double charge on my card",
       {"Hi,\n\nmy card shows two charges of 39.90 for one order (48401). Please look into it.\n\nGrace",
        "Any news? The second charge is still there.\n\nGrace"},
       "The refund arrived. Thanks a lot!\n\nGrace"},
      {"Tom Fischer",
       "tom.fischer@example.de",
       "Spare lid for the teapot",
       {"Hello, do you sell the lid of the Riga teapot separately?\n\nBest,\nTom"},
       "Great, ordered one.\n\nTom"},
  };
  return all;
}

std::string demo_mail(const DemoCustomer& customer, std::string_view to, std::string_view text,
                      std::string_view message_id, std::string_view in_reply_to, std::string_view subject) {
  std::string mail;
  const auto header = [&](std::string_view name, std::string_view value) {
    mail += std::string{name} + ": " + std::string{value} + "\r\n";
  };
  header("Date", date_now());
  header("From", "\"" + std::string{customer.name} + "\" <" + std::string{customer.address} + ">");
  header("To", to);
  header("Subject", subject);
  header("Message-ID", "<" + std::string{message_id} + ">");
  if (!in_reply_to.empty()) {
    header("In-Reply-To", "<" + std::string{in_reply_to} + ">");
    header("References", "<" + std::string{in_reply_to} + ">");
  }
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", "8bit");
  mail += "\r\n";
  for (const char c : text) {
    if (c == '\n') mail += '\r';
    mail += c;
  }
  return mail + "\r\n";
}

Result<std::string> send_by_lmtp(const std::string& host, int port, std::string_view from,
                                 std::string_view to, std::string_view mail) {
  try {
    asio::io_context context;
    Lmtp lmtp{context};
    lmtp.connect(host, port);
    lmtp.answer();
    lmtp.say("LHLO demo.localhost");
    lmtp.say("MAIL FROM:<" + std::string{from} + "> BODY=8BITMIME SMTPUTF8");
    const auto recipient = lmtp.say("RCPT TO:<" + std::string{to} + ">");
    if (!recipient.starts_with("2"))
      return Error{Code::kFailedPrecondition, Reason::kAccountUnknown, recipient};
    lmtp.say("DATA");
    auto answer = lmtp.say(dot_stuffed(mail) + ".");
    lmtp.say("QUIT");
    return answer;
  } catch (const boost::system::system_error& failure) {
    return Error{Code::kUnavailable, Reason::kStoreUnavailable,
                 "no Hark takes mail at " + host + ":" + std::to_string(port) + " (" +
                     failure.code().message() + "); start one with `hark up`"};
  } catch (const std::exception& failure) {
    return Error{Code::kUnavailable, Reason::kStoreUnavailable,
                 "no Hark takes mail at " + host + ":" + std::to_string(port) + " (" + failure.what() +
                     "); start one with `hark up`"};
  }
}

}  // namespace hark
