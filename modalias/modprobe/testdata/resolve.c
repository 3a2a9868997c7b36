/* The oracle: which modules libkmod would load for each line of standard input,
 * sorted. usage: resolve MODULES CONFIG, two directories. */
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char **)a, *(const char **)b);
}

static void resolve(struct kmod_ctx *ctx, const char *key)
{
	struct kmod_list *found = NULL, *list = NULL, *item;
	const char *names[256];
	size_t n = 0;

	if (kmod_module_new_from_lookup(ctx, key, &found) < 0)
		found = NULL;
	kmod_module_apply_filter(ctx, KMOD_FILTER_BLACKLIST, found, &list);
	kmod_list_foreach(item, list)
		if (n < sizeof(names) / sizeof(*names))
			names[n++] = strdup(kmod_module_get_name(kmod_module_get_module(item)));
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]))
			printf("%s%s", i ? " " : "", names[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	const char *config[] = { argc == 3 ? argv[2] : NULL, NULL };
	struct kmod_ctx *ctx = argc == 3 ? kmod_new(argv[1], config) : NULL;
	char line[65536];

	if (!ctx || kmod_load_resources(ctx) < 0)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		resolve(ctx, line);
	}
	return 0;
}
