// What jemalloc reads when the process starts. Memory that is free goes back to the system within seconds,
// also while nothing happens. Large pages, where the system gives them: finding one of 100,000 tickets is
// waiting for memory, a tenth of it for the addresses of pages.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0,thp:always";
