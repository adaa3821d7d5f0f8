// What the page says, in the languages that it speaks.

const en = {
  open: "Open chat", close: "Close chat", title: "Chat", you: "You", message: "Your message", send: "Send", attach: "Attach a file",
  remove: "Remove", again: "Try again", sending: "Sending…", waiting: "Waits for the connection", refused: "Not sent:",
  connecting: "Connecting…", lost: "Connection lost. Reconnecting…", ended: "This chat is not available here.",
  greeting: "Write to us. If you have to leave, our answer waits here for you.", typing: "{name} is typing…", someone: "Someone",
  who: "Tell us who you are (optional)", name: "Name", email: "E-mail", save: "Save", saved: "Thank you.",
  tooLarge: "{name} is too large; {size} is the most.", notUploaded: "{name} could not be sent. Try again.", uploading: "{name} is being sent",
  textTooLong: "The text is too long: {size} is the most. Send the rest as another message, or as a file.",
  tooManyFiles: "{count} files go with one message at most. Left out: {names}.", afterFiles: "Goes out as soon as the files are there.",
  uploadWaits: "{name} has to wait a moment and is then sent again.",
  unread: "{count} new", download: "Download {name}, {size}",
};
export type Words = typeof en;

const ru: Words = {
  open: "Открыть чат", close: "Закрыть чат", title: "Чат", you: "Вы", message: "Ваше сообщение", send: "Отправить", attach: "Приложить файл",
  remove: "Убрать", again: "Повторить", sending: "Отправляется…", waiting: "Ждёт соединения", refused: "Не отправлено:",
  connecting: "Соединение…", lost: "Связь прервалась. Восстанавливаем…", ended: "Чат здесь недоступен.",
  greeting: "Напишите нам. Если вам нужно уйти, ответ дождётся вас здесь.", typing: "{name} печатает…", someone: "Сотрудник",
  who: "Представьтесь (необязательно)", name: "Имя", email: "Эл. почта", save: "Сохранить", saved: "Спасибо.",
  tooLarge: "Файл {name} слишком велик; можно до {size}.", notUploaded: "Файл {name} не отправлен. Попробуйте ещё раз.", uploading: "{name} отправляется",
  textTooLong: "Текст слишком длинный; можно до {size}. Отправьте остальное отдельным сообщением или файлом.",
  tooManyFiles: "В одном сообщении не больше {count} файлов. Не приложены: {names}.", afterFiles: "Уйдёт, как только загрузятся файлы.",
  uploadWaits: "Файл {name} должен немного подождать и отправится снова.",
  unread: "Новых: {count}", download: "Скачать {name}, {size}",
};

const pl: Words = {
  open: "Otwórz czat", close: "Zamknij czat", title: "Czat", you: "Ty", message: "Twoja wiadomość", send: "Wyślij", attach: "Dołącz plik",
  remove: "Usuń", again: "Spróbuj ponownie", sending: "Wysyłanie…", waiting: "Czeka na połączenie", refused: "Nie wysłano:",
  connecting: "Łączenie…", lost: "Utracono połączenie. Wznawianie…", ended: "Ten czat nie jest tu dostępny.",
  greeting: "Napisz do nas. Jeśli musisz wyjść, odpowiedź zaczeka tu na Ciebie.", typing: "{name} pisze…", someone: "Pracownik",
  who: "Przedstaw się (opcjonalnie)", name: "Imię", email: "E-mail", save: "Zapisz", saved: "Dziękujemy.",
  tooLarge: "Plik {name} jest za duży; limit to {size}.", notUploaded: "Nie udało się wysłać pliku {name}. Spróbuj ponownie.", uploading: "Wysyłanie {name}",
  textTooLong: "Tekst jest za długi; limit to {size}. Wyślij resztę w kolejnej wiadomości albo jako plik.",
  tooManyFiles: "Jedna wiadomość mieści najwyżej {count} plików. Pominięto: {names}.", afterFiles: "Zostanie wysłana, gdy tylko pliki dotrą.",
  uploadWaits: "Plik {name} musi chwilę poczekać i zostanie wysłany ponownie.",
  unread: "Nowe: {count}", download: "Pobierz {name}, {size}",
};

const lv: Words = {
  open: "Atvērt tērzēšanu", close: "Aizvērt tērzēšanu", title: "Tērzēšana", you: "Jūs", message: "Jūsu ziņa", send: "Sūtīt", attach: "Pievienot failu",
  remove: "Noņemt", again: "Mēģināt vēlreiz", sending: "Sūta…", waiting: "Gaida savienojumu", refused: "Nav nosūtīts:",
  connecting: "Savienojas…", lost: "Savienojums zudis. Atjauno…", ended: "Šī tērzēšana šeit nav pieejama.",
  greeting: "Rakstiet mums. Ja jādodas prom, atbilde jūs šeit sagaidīs.", typing: "{name} raksta…", someone: "Darbinieks",
  who: "Pastāstiet, kas esat (nav obligāti)", name: "Vārds", email: "E-pasts", save: "Saglabāt", saved: "Paldies.",
  tooLarge: "Fails {name} ir par lielu; drīkst līdz {size}.", notUploaded: "Failu {name} neizdevās nosūtīt. Mēģiniet vēlreiz.", uploading: "Sūta {name}",
  textTooLong: "Teksts ir par garu; drīkst līdz {size}. Pārējo sūtiet citā ziņā vai kā failu.",
  tooManyFiles: "Vienai ziņai var pievienot ne vairāk kā {count} failus. Nav pievienoti: {names}.", afterFiles: "Tiks nosūtīta, tiklīdz faili būs augšupielādēti.",
  uploadWaits: "Failam {name} brīdi jāpagaida, un tad to sūtīs vēlreiz.",
  unread: "Jaunas: {count}", download: "Lejupielādēt {name}, {size}",
};

const languages: Record<string, Words> = {en, ru, pl, lv};

/** The first of the wished languages ("lv-LV", "en") that the page speaks. */
export function chooseLanguage(wished: readonly string[]): string {
  for (const tag of wished) {
    const language = tag.toLowerCase().split("-")[0] ?? "";
    if (language in languages) return language;
  }
  return "en";
}

export const wordsOf = (language: string): Words => languages[language] ?? en;

/** "{name} is typing" with the name in it. */
export const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? "");
