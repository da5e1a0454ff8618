(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("define-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch { /* a page from a file may have no storage */ }
})();
