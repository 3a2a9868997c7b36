/* The oracle for single matches: reads "pattern NUL key NUL" pairs and prints
 * 1 or 0 for each, as fnmatch(3) of the C library answers. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	char *pattern = NULL, *key = NULL;
	size_t pattern_size = 0, key_size = 0;

	while (getdelim(&pattern, &pattern_size, 0, stdin) > 0 && getdelim(&key, &key_size, 0, stdin) > 0)
		putchar(fnmatch(pattern, key, 0) == 0 ? '1' : '0');
	return 0;
}
