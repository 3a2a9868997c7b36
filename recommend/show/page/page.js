"use strict";
// The page reads without this: it adds what only a program can, saving the data
// of a page that stands alone, and looking for a device.
const files = document.getElementById("files");
for (const island of document.querySelectorAll("script[type='application/json']")) {
	const name = island.id + ".json";
	if (files.querySelector(`a[download="${name}"]`)) continue; // it lies beside the page
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([island.textContent], {type: "application/json"}));
	link.download = link.textContent = name;
	files.appendChild(document.createElement("li")).appendChild(link);
}

const search = document.getElementById("search");
const rows = document.querySelectorAll("#devices tr");
document.getElementById("searching").hidden = false;
search.addEventListener("input", () => {
	const words = search.value.toLowerCase().split(/\s+/);
	let found = 0;
	for (const row of rows) {
		const text = row.textContent.toLowerCase();
		row.hidden = !words.every(word => text.includes(word));
		if (!row.hidden) found++;
	}
	document.getElementById("found").textContent = `${found} of ${rows.length}`;
});
