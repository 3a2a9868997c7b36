/* The oracle: libkmod's alias lookup for each line of standard input.
 * usage: lookup DIR, the directory that depmod wrote. Prints, for each line,
 * the sorted names of the modules that claim it. */
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char **)a, *(const char **)b);
}

static void lookup(struct kmod_ctx *ctx, const char *key)
{
	struct kmod_list *list = NULL, *item;
	const char *names[256];
	size_t n = 0;

	if (kmod_module_new_from_lookup(ctx, key, &list) < 0)
		list = NULL;
	kmod_list_foreach(item, list)
		if (n < sizeof(names) / sizeof(*names))
			names[n++] = strdup(kmod_module_get_name(kmod_module_get_module(item)));
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) /* a module is listed once for each alias that matches */
		if (i == 0 || strcmp(names[i], names[i - 1]))
			printf("%s%s", i ? " " : "", names[i]);
	printf("\n");
	kmod_module_unref_list(list);
}

int main(int argc, char **argv)
{
	const char *no_config[] = { NULL };
	struct kmod_ctx *ctx = argc == 2 ? kmod_new(argv[1], no_config) : NULL;
	char line[65536];

	if (!ctx || kmod_load_resources(ctx) < 0)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		lookup(ctx, line);
	}
	return 0;
}
