/* Threads that share work: a lock, two conditions and a queue, over what the system has for them.
 */
#if !defined(_WIN32)
#define _POSIX_C_SOURCE 200809L
#endif
#include "crew.h"

#include <stdlib.h>

#if defined(_WIN32)

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

typedef CRITICAL_SECTION a_lock;
typedef CONDITION_VARIABLE a_condition;
typedef HANDLE a_thread;

#else

#include <pthread.h>
#include <signal.h>

typedef pthread_mutex_t a_lock;
typedef pthread_cond_t a_condition;
typedef pthread_t a_thread;

#endif

struct crew {
  a_lock lock;
  a_condition given, finished;
  struct job *first, *last; /* waiting to be taken */
  bool over;
  size_t count; /* threads; 0: whoever gives works */
  a_thread threads[CREW_MOST];
};

static void work_on(struct crew *crew);

#if defined(_WIN32)

static void lock(struct crew *crew) { EnterCriticalSection(&crew->lock); }

static void unlock(struct crew *crew) { LeaveCriticalSection(&crew->lock); }

static void await(struct crew *crew, a_condition *condition) {
  SleepConditionVariableCS(condition, &crew->lock, INFINITE);
}

static void tell(a_condition *condition) { WakeAllConditionVariable(condition); }

static DWORD WINAPI run(void *crew) {
  work_on(crew);
  return 0;
}

static void open_crew(struct crew *crew) {
  InitializeCriticalSection(&crew->lock);
  InitializeConditionVariable(&crew->given);
  InitializeConditionVariable(&crew->finished);
}

static void start_threads(struct crew *crew, size_t threads) {
  while (crew->count < threads &&
         (crew->threads[crew->count] = CreateThread(NULL, 0, run, crew, 0, NULL)))
    crew->count++;
}

static void end_thread(a_thread thread) {
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

static void close_crew(struct crew *crew) { DeleteCriticalSection(&crew->lock); }

#else

static void lock(struct crew *crew) { pthread_mutex_lock(&crew->lock); }

static void unlock(struct crew *crew) { pthread_mutex_unlock(&crew->lock); }

static void await(struct crew *crew, a_condition *condition) {
  pthread_cond_wait(condition, &crew->lock);
}

static void tell(a_condition *condition) { pthread_cond_broadcast(condition); }

static void *run(void *crew) {
  work_on(crew);
  return NULL;
}

static void open_crew(struct crew *crew) {
  pthread_mutex_init(&crew->lock, NULL);
  pthread_cond_init(&crew->given, NULL);
  pthread_cond_init(&crew->finished, NULL);
}

/* Signals are for the thread that reads and writes. */
static void start_threads(struct crew *crew, size_t threads) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  while (crew->count < threads && pthread_create(&crew->threads[crew->count], NULL, run, crew) == 0)
    crew->count++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void end_thread(a_thread thread) { pthread_join(thread, NULL); }

static void close_crew(struct crew *crew) {
  pthread_cond_destroy(&crew->given);
  pthread_cond_destroy(&crew->finished);
  pthread_mutex_destroy(&crew->lock);
}

#endif

static struct job *take_job(struct crew *crew) {
  lock(crew);
  while (!crew->first && !crew->over) await(crew, &crew->given);
  struct job *job = crew->first;
  if (job) crew->first = job->next;
  unlock(crew);
  return job;
}

static void work_on(struct crew *crew) {
  struct job *job;
  while ((job = take_job(crew))) {
    job->work(job);
    lock(crew);
    job->done = true;
    tell(&crew->finished);
    unlock(crew);
  }
}

struct crew *crew_start(size_t threads) {
  struct crew *crew = calloc(1, sizeof *crew);
  if (!crew) return NULL;
  open_crew(crew);
  if (threads > 1) start_threads(crew, threads < CREW_MOST ? threads : CREW_MOST);
  return crew;
}

void crew_give(struct crew *crew, struct job *job) {
  job->done = crew->count == 0;
  job->next = NULL;
  if (job->done) {
    job->work(job);
    return;
  }
  lock(crew);
  if (crew->first) crew->last->next = job;
  else crew->first = job;
  crew->last = job;
  tell(&crew->given);
  unlock(crew);
}

bool crew_is_done(struct crew *crew, const struct job *job) {
  lock(crew);
  bool done = job->done;
  unlock(crew);
  return done;
}

void crew_wait(struct crew *crew, const struct job *job) {
  lock(crew);
  while (!job->done) await(crew, &crew->finished);
  unlock(crew);
}

void crew_stop(struct crew *crew) {
  if (!crew) return;
  lock(crew);
  crew->over = true;
  tell(&crew->given);
  unlock(crew);
  for (size_t i = 0; i < crew->count; i++) end_thread(crew->threads[i]);
  close_crew(crew);
  free(crew);
}
