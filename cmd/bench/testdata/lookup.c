/* Reads keys from standard input, one a line, looks each up through libkmod
 * with its tables in memory, and writes a line of nanoseconds (the least of
 * several rounds), a tab, and the modules that match.
 *
 *   lookup DIR ROUNDS
 */
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000L + t.tv_nsec;
}

int main(int argc, char **argv)
{
	static char key[1 << 16];
	const char *no_config = NULL;
	if (argc != 3)
		return 2;
	struct kmod_ctx *ctx = kmod_new(argv[1], &no_config);
	if (!ctx || kmod_load_resources(ctx) < 0)
		return 1;
	while (fgets(key, sizeof(key), stdin)) {
		struct kmod_list *list = NULL, *item;
		long best = -1;
		key[strcspn(key, "\n")] = 0;
		for (int round = atoi(argv[2]); round > 0; round--) {
			list = NULL;
			long start = now();
			kmod_module_new_from_lookup(ctx, key, &list);
			long spent = now() - start;
			if (best < 0 || spent < best)
				best = spent;
			if (round > 1)
				kmod_module_unref_list(list);
		}
		printf("%ld\t", best);
		kmod_list_foreach(item, list) {
			struct kmod_module *module = kmod_module_get_module(item);
			printf("%s ", kmod_module_get_name(module));
			kmod_module_unref(module);
		}
		printf("\n");
		kmod_module_unref_list(list);
	}
	kmod_unref(ctx);
	return 0;
}
