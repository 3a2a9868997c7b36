/* The oracle: what libkmod says of the symbols of each module whose path is a
 * line of standard input. Prints "import CRC NAME" and "export CRC NAME" in
 * libkmod's order, then an empty line. */
#include <inttypes.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>

static void imports(struct kmod_module *mod)
{
	struct kmod_list *list = NULL, *item;

	if (kmod_module_get_versions(mod, &list) < 0)
		return;
	kmod_list_foreach(item, list)
		printf("import %08" PRIx64 " %s\n", kmod_module_version_get_crc(item), kmod_module_version_get_symbol(item));
	kmod_module_versions_free_list(list);
}

static void exports(struct kmod_module *mod)
{
	struct kmod_list *list = NULL, *item;

	if (kmod_module_get_symbols(mod, &list) < 0)
		return;
	kmod_list_foreach(item, list)
		printf("export %08" PRIx64 " %s\n", kmod_module_symbol_get_crc(item), kmod_module_symbol_get_symbol(item));
	kmod_module_symbols_free_list(list);
}

int main(void)
{
	const char *no_config[] = { NULL };
	struct kmod_ctx *ctx = kmod_new(".", no_config);
	struct kmod_module *mod;
	char line[65536];

	if (!ctx)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (kmod_module_new_from_path(ctx, line, &mod) < 0)
			return 3;
		imports(mod);
		exports(mod);
		printf("\n");
		kmod_module_unref(mod);
	}
	return 0;
}
