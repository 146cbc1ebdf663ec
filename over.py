from playwright.sync_api import sync_playwright
import sys
name=sys.argv[1] if len(sys.argv)>1 else "15_backpropagation"
url=f"file:///tmp/ch15/book/_build/html/chapters/{name}.html"
with sync_playwright() as p:
    b=p.chromium.launch(executable_path="/usr/bin/chromium",args=["--no-sandbox"])
    pg=b.new_page(viewport={"width":390,"height":1500}); pg.goto(url); pg.wait_for_timeout(3500)
    pg.evaluate("document.querySelectorAll('details,.dropdown').forEach(d=>{d.open=true; d.classList.remove('toggle-hidden')})"); pg.wait_for_timeout(500)
    for r in pg.evaluate("""()=>[...document.querySelectorAll('mjx-container')].filter(m=>m.getBoundingClientRect().width>0).map(m=>{const q=m.querySelector('mjx-math')||m; const box=q.getBoundingClientRect(); let a=m.parentElement; while(getComputedStyle(a).display==='inline') a=a.parentElement; return [Math.round(box.right-a.getBoundingClientRect().right), Math.round(box.width), m.getAttribute('display'), m.textContent.slice(0,70), a.tagName, a.closest('section')?.id]}).filter(r=>r[0]>1)"""): print(r)
    b.close()
