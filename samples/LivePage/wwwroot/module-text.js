document.getElementById('text').textContent = await (await fetch('module.js')).text();
