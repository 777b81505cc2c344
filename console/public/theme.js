// Before the first paint, so that nothing flashes: the theme that was chosen here, if one was.
try {
  const theme = localStorage.getItem("rollward.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing follows the system.
}
